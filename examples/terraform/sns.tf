# An SNS topic with a subscription to the pipeline of sources/sns.yaml, which confirms it by itself.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where the cloud reaches the pipeline, such as https://passengers.example.com"
  type        = string
}

# Its ARN stands in spec.sources.sns.topicArns, with your region and account.
resource "aws_sns_topic" "passengers" {
  name              = "passengers"
  signature_version = 2
}

resource "aws_sns_topic_subscription" "pipeline" {
  topic_arn              = aws_sns_topic.passengers.arn
  protocol               = "https"
  endpoint               = "${var.endpoint}/v1/records"
  endpoint_auto_confirms = true

  # Without it SNS tries three times more, and gives up after a minute. This one takes some 50 minutes.
  delivery_policy = jsonencode({
    healthyRetryPolicy = {
      minDelayTarget     = 1
      maxDelayTarget     = 60
      numRetries         = 53
      numNoDelayRetries  = 0
      numMinDelayRetries = 3
      numMaxDelayRetries = 45
      backoffFunction    = "exponential"
    }
  })

  redrive_policy         = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })
}

# What SNS gives up.
resource "aws_sqs_queue" "undelivered" {
  name_prefix               = "passengers-undelivered-"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "sns.amazonaws.com" }
      Resource  = aws_sqs_queue.undelivered.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.passengers.arn } }
    }]
  })
}
