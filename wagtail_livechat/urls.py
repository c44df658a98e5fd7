"""What the host includes: ``path("livechat/", include("wagtail_livechat.urls"))``."""

from __future__ import annotations

from django.urls import path

from .console.catalogue import catalogue
from .transport import views
from .transport.greetings import view as greetings
from .widget.views import config

app_name = "wagtail_livechat"

urlpatterns = [
    path("config/<str:language>/", config, name="config"),
    path("availability/", views.availability, name="availability"),
    path("start/", views.start, name="start"),
    path("exchange/", views.exchange, name="exchange"),
    path("forget/", views.forget, name="forget"),
    path("consent/", views.consent, name="consent"),
    path("visit/", views.visit, name="visit"),
    path("visit/exchange/", views.visit_exchange, name="visit_exchange"),
    path("visit/ws/", views.upgrade_required, name="visit_socket"),
    path("greetings/hold/", views.greetings_hold, name="greetings_hold"),
    path("greetings/answer/", views.greetings_answer, name="greetings_answer"),
    path("greetings/<str:page>/", greetings, name="greetings"),
    path("ws/", views.upgrade_required, name="socket"),
    path("staff/ws/", views.upgrade_required, name="staff_socket"),
    path("words/<str:language>/", catalogue, name="catalogue"),
]
