"""Journeys through the bookshop, each with what a person who watched would say of it."""
