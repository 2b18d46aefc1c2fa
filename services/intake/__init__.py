"""Intake, the door: the catalogue, applications, the case and its life from submission to service."""
