"""Cautions: entered with source and end, matched to calls with every verdict, known by dispatch, ended or expired."""
