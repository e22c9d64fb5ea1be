locals {
  # The single source of names and policies, for the cloud and for the local house.
  topology = yamldecode(file("${path.module}/topology.yaml"))
}

resource "google_pubsub_topic" "this" {
  for_each = local.topology.topics

  name = each.key

  # Wherever a publisher is, its articles lie where all the rest is. An emulator knows no regions.
  dynamic "message_storage_policy" {
    for_each = local.on_emulator ? [] : [var.region]

    content {
      allowed_persistence_regions = [message_storage_policy.value]
    }
  }

  depends_on = [google_project_service.this]
}
