"""Addresses of rule sets."""

from django.urls import path

from calls import rule_sets_api as api
from calls.rules_page import rules_page

urlpatterns = [
    path("rules/", rules_page, name="rules-page"),
    path("api/rule-sets/", api.RuleSets.as_view()),
    path("api/rule-sets/templates/", api.Templates.as_view()),
    path("api/rule-sets/menus/", api.Menus.as_view()),
    path("api/rule-sets/check/", api.CheckBody.as_view()),
    path("api/rule-sets/compare/", api.Compare.as_view()),
    path("api/rule-sets/<int:rule_set_id>/", api.OneRuleSet.as_view()),
    path("api/rule-sets/<int:rule_set_id>/submit/", api.Submit.as_view()),
    path("api/rule-sets/<int:rule_set_id>/approve/", api.Approve.as_view()),
    path("api/rule-sets/<int:rule_set_id>/verdicts/<int:verdict_id>/", api.VerdictCompared.as_view()),
    path("api/rule-sets/<int:rule_set_id>/try/", api.TryRules.as_view()),
    *(
        path(f"api/rule-sets/<int:rule_set_id>/{name}/", api.WithReason.as_view(action=action))
        for name, action in api.WITH_REASON.items()
    ),
]
