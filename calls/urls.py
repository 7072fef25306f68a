"""Addresses of the calls API, below /api/."""

from django.urls import path

from calls import alerts_api, api, cautions_api, places_api, position_api, unmet_api

urlpatterns = [
    path("calls/", api.Calls.as_view()),
    path("calls/<int:call_id>/", api.OneCall.as_view()),
    path("calls/<int:call_id>/dispatch/", api.Send.as_view()),
    path("calls/<int:call_id>/recommendation/", api.Recommendation.as_view()),
    path("calls/<int:call_id>/premise/", places_api.Premise.as_view()),
    path("calls/<int:call_id>/not-sent/", unmet_api.Explain.as_view()),
    path("clinician-calls/<int:clinician_call_id>/", unmet_api.OneClinicianCall.as_view()),
    path("not-sent/", unmet_api.Owed.as_view()),
    path("unmet/", unmet_api.Ledger.as_view()),
    path("calls/<int:call_id>/cancel/", api.Cancel.as_view()),
    *(
        path(
            f"calls/<int:call_id>/{name}/",
            api.CallChange.as_view(action=action, serializer=serializer, status=status),
        )
        for name, (action, serializer, status) in api.CALL_CHANGES.items()
    ),
    path("narrative/<int:note_id>/seal/", api.SealNote.as_view()),
    path("units/<int:unit_id>/status/", api.UnitStatus.as_view()),
    path("units/<int:unit_id>/transport/", api.Transport.as_view()),
    path("units/<int:unit_id>/correction/", api.Correction.as_view()),
    path("units/<int:unit_id>/call-ahead/", api.CallAhead.as_view()),
    path("units/<int:unit_id>/exchange/", api.Exchange.as_view()),
    path("disposition-conflicts/", api.DispositionConflicts.as_view()),
    path("dispositions-owed/", api.DispositionsOwed.as_view()),
    *(
        path(
            f"assignments/<int:assignment_id>/{name}/",
            api.AssignmentChange.as_view(action=action, serializer=serializer),
        )
        for name, (action, serializer) in api.ASSIGNMENT_CHANGES.items()
    ),
    path("scheduled/", api.Scheduled.as_view()),
    path("callers/<int:caller_id>/dropped/", alerts_api.LineDropped.as_view()),
    path("call-backs/<int:call_back_id>/", alerts_api.TriedCallBack.as_view()),
    path("safety-checks/", alerts_api.SafetyChecks.as_view()),
    path("units/<int:unit_id>/emergency/", alerts_api.Emergency.as_view()),
    path("position/", position_api.Position.as_view()),
    path("seen/", alerts_api.Seen.as_view()),
    path("consoles/", alerts_api.Consoles.as_view()),
    path("alerts/log/", alerts_api.AlertLog.as_view()),
    path("alerts/<int:alert_id>/told/", alerts_api.TellUnit.as_view()),
    path("alerts/<int:alert_id>/acknowledge/", alerts_api.Acknowledge.as_view()),
    path("alerts/<int:alert_id>/shelve/", alerts_api.ShelveAlert.as_view()),
    path("alerts/<int:alert_id>/end/", alerts_api.EndEmergency.as_view()),
    path("duplicates/", places_api.Duplicates.as_view()),
    path("places/", places_api.Places.as_view()),
    path("unverified/", places_api.Unverified.as_view()),
    path("cautions/", cautions_api.Cautions.as_view()),
    path("cautions/<int:caution_id>/review/", cautions_api.ReviewCaution.as_view()),
    path("cautions/<int:caution_id>/end/", cautions_api.EndCaution.as_view()),
    path("calls/<int:call_id>/know-caution/", cautions_api.KnowCaution.as_view()),
    path("triage/preview/", api.TriagePreview.as_view()),
    path("drafts/", api.Drafts.as_view()),
    path("drafts/<uuid:draft_id>/", api.OneDraft.as_view()),
    path("vocabulary/", api.Vocabulary.as_view()),
]
