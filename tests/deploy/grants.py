"""Who may do what: the grants in a state, in the form of a table that people can read."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

# What a grant is on, by the type of the resource.
_PLACES: Final = {
    "google_artifact_registry_repository_iam_member": "repository",
    "google_bigquery_table_iam_member": "table_id",
    "google_cloud_run_v2_service_iam_member": "name",
    "google_project_iam_member": "project",
    "google_pubsub_subscription_iam_member": "subscription",
    "google_pubsub_topic_iam_member": "topic",
    "google_secret_manager_secret_iam_member": "secret_id",
    "google_storage_bucket_iam_member": "bucket",
}

Grant = tuple[str, str, str, str]

_SUB, _TOPIC = "google_pubsub_subscription_iam_member", "google_pubsub_topic_iam_member"
_DATABASE: Final = 'resource.name == "projects/demo-project/databases/(default)"'
_SOURCES: Final = 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'

# (who, role, kind and name of the place, condition)
EXPECTED: Final[set[Grant]] = {
    ("namewire-explore", "roles/datastore.viewer", "project demo-project", _DATABASE),
    ("namewire-publish", "roles/pubsub.publisher", "topic articles", ""),
    ("namewire-worker", "roles/pubsub.subscriber", "subscription articles-ner", ""),
    ("namewire-worker", "roles/pubsub.subscriber", "subscription entities-store", ""),
    ("namewire-worker", "roles/pubsub.publisher", "topic entities", ""),
    ("namewire-worker", "roles/pubsub.publisher", "topic articles-dead", ""),
    ("namewire-worker", "roles/pubsub.publisher", "topic entities-dead", ""),
    ("namewire-worker", "roles/datastore.user", "project demo-project", _DATABASE),
    ("namewire-worker", "roles/storage.objectViewer", "bucket demo-project-namewire", ""),
    ("namewire-worker", "roles/logging.logWriter", "project demo-project", ""),
    ("namewire-worker", "roles/monitoring.metricWriter", "project demo-project", ""),
    ("namewire-build", "roles/artifactregistry.writer", "repository namewire", ""),
    ("namewire-build", "roles/storage.objectViewer", "project demo-project", _SOURCES),
    ("namewire-build", "roles/logging.logWriter", "project demo-project", ""),
    ("gcp-sa-pubsub", "roles/pubsub.publisher", "topic articles-dead", ""),
    ("gcp-sa-pubsub", "roles/pubsub.publisher", "topic entities-dead", ""),
    ("gcp-sa-pubsub", "roles/pubsub.subscriber", "subscription articles-ner", ""),
    ("gcp-sa-pubsub", "roles/pubsub.subscriber", "subscription entities-store", ""),
}

EXPECTED_WITH_EVERYTHING: Final[set[Grant]] = EXPECTED | {
    ("allUsers", "roles/run.invoker", "service namewire-explore", ""),
    ("user:ada@example.com", "roles/run.invoker", "service namewire-explore", ""),
    ("namewire-explore", "roles/telemetry.tracesWriter", "project demo-project", ""),
    ("namewire-publish", "roles/telemetry.tracesWriter", "project demo-project", ""),
    ("namewire-worker", "roles/telemetry.tracesWriter", "project demo-project", ""),
    ("allUsers", "roles/run.invoker", "service namewire-publish", ""),
    ("user:ada@example.com", "roles/run.invoker", "service namewire-publish", ""),
    ("namewire-publish", "roles/secretmanager.secretAccessor", "secret namewire-api-keys", ""),
    ("namewire-worker", "roles/storage.objectViewer", "bucket my-models", ""),
    ("gcp-sa-pubsub", "roles/bigquery.dataEditor", "table entities", ""),
}

# What may be made besides grants. Anything else, such as a machine outside of the group or a public object,
# has to be looked at before it is added here.
KINDS: Final = {
    "google_artifact_registry_repository",
    "google_bigquery_dataset",
    "google_bigquery_table",
    "google_billing_budget",
    "google_cloudfunctions2_function",
    "google_compute_firewall",
    "google_compute_health_check",
    "google_compute_network",
    "google_compute_region_autoscaler",
    "google_compute_region_instance_group_manager",
    "google_compute_region_instance_template",
    "google_compute_route",
    "google_compute_router",
    "google_compute_router_nat",
    "google_compute_subnetwork",
    "google_dns_managed_zone",
    "google_dns_record_set",
    "google_firestore_database",
    "google_firestore_field",
    "google_firestore_index",
    "google_monitoring_alert_policy",
    "google_monitoring_dashboard",
    "google_monitoring_notification_channel",
    "google_project_service",
    "google_pubsub_subscription",
    "google_pubsub_topic",
    "google_secret_manager_secret",
    "google_secret_manager_secret_version",
    "google_service_account",
    "google_storage_bucket",
    "google_storage_bucket_object",
    "time_sleep",
}


def grants(resources: Iterable[Mapping[str, Any]]) -> set[Grant]:
    """Every grant. Raises KeyError for a kind that is not known here: look at it, then add it.

    Of two that are the same, taking one away takes both away; so they are a mistake.
    """
    found: set[Grant] = set()
    for resource in resources:
        kind, values = resource["type"], resource["values"]
        if "_iam_" not in kind:
            continue
        place = f"{_kind(kind)} {values[_PLACES[kind]].rpartition('/')[2]}"
        conditions = [condition["expression"] for condition in values.get("condition") or []]
        grant = (_who(values["member"]), values["role"], place, " ".join(conditions))
        assert grant not in found, grant
        found.add(grant)
    return found


def _kind(resource_type: str) -> str:
    return resource_type.removesuffix("_iam_member").rpartition("_")[2]


def _who(member: str) -> str:
    """The short name of one of our accounts or of Google's agents; anything else as it is."""
    name, _, domain = member.removeprefix("serviceAccount:").partition("@")
    if domain == "demo-project.iam.gserviceaccount.com":
        return name
    return domain.split(".")[0] if name.startswith("service-") else member
