locals {
  # An emulator keeps messages for 7 days at most, and has no word for "never expires"; nor does it need one.
  on_emulator = var.pubsub_endpoint != null
  longest_s   = (local.on_emulator ? 7 : 31) * 24 * 60 * 60

  with_dead_letters = {
    for name, policy in local.topology.subscriptions : name => policy if can(policy.dead_letter_topic)
  }
}

resource "google_pubsub_subscription" "this" {
  for_each = local.topology.subscriptions

  name                         = each.key
  topic                        = google_pubsub_topic.this[each.value.topic].id
  ack_deadline_seconds         = each.value.ack_deadline_seconds
  enable_exactly_once_delivery = each.value.exactly_once_delivery
  message_retention_duration   = "${min(each.value.message_retention_seconds, local.longest_s)}s"

  # Without one, what is given back comes again at once: a hot loop for a worker, and just right for a review.
  dynamic "retry_policy" {
    for_each = can(each.value.retry_minimum_backoff_seconds) ? [each.value] : []

    content {
      minimum_backoff = "${retry_policy.value.retry_minimum_backoff_seconds}s"
      maximum_backoff = "${retry_policy.value.retry_maximum_backoff_seconds}s"
    }
  }

  dynamic "dead_letter_policy" {
    for_each = can(each.value.dead_letter_topic) ? [each.value] : []

    content {
      dead_letter_topic     = google_pubsub_topic.this[dead_letter_policy.value.dead_letter_topic].id
      max_delivery_attempts = dead_letter_policy.value.max_delivery_attempts
    }
  }

  # Never: a subscription that nobody pulled from for a month still holds articles.
  dynamic "expiration_policy" {
    for_each = local.on_emulator ? [] : [""]

    content {
      ttl = expiration_policy.value
    }
  }
}

# Without these two grants Pub/Sub delivers a poisonous message for ever, and says nothing.

# Pub/Sub itself publishes what was tried too often.
resource "google_pubsub_topic_iam_member" "dead_letters_by_pubsub" {
  for_each = local.with_dead_letters

  topic  = google_pubsub_topic.this[each.value.dead_letter_topic].name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

# And acknowledges it where it came from.
resource "google_pubsub_subscription_iam_member" "dead_letters_by_pubsub" {
  for_each = local.with_dead_letters

  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
