locals {
  # The single source of names and policies, for the cloud and for the local house.
  topology = yamldecode(file("${path.module}/topology.yaml"))
}

resource "google_pubsub_topic" "this" {
  for_each = local.topology.topics

  name = each.key

  depends_on = [google_project_service.this]
}
