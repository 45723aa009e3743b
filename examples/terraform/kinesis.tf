# A Kinesis stream, delivered by Amazon Data Firehose to the pipeline of sources/firehose.yaml.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where the cloud reaches the pipeline, such as https://readings.example.com"
  type        = string
}

variable "access_key" {
  description = "The value of access-key in the Secret readings-firehose"
  type        = string
  sensitive   = true
}

resource "aws_kinesis_stream" "readings" {
  name             = "readings"
  retention_period = 24

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_kinesis_firehose_delivery_stream" "readings" {
  name        = "readings"
  destination = "http_endpoint"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.readings.arn
    role_arn           = aws_iam_role.delivery.arn
  }

  http_endpoint_configuration {
    name               = "acequia"
    url                = "${var.endpoint}/v1/records"
    access_key         = var.access_key
    role_arn           = aws_iam_role.delivery.arn
    buffering_size     = 8
    buffering_interval = 60
    retry_duration     = 7200
    s3_backup_mode     = "FailedDataOnly"

    request_configuration {
      content_encoding = "GZIP"
    }

    # What could not be delivered within retry_duration.
    s3_configuration {
      role_arn           = aws_iam_role.delivery.arn
      bucket_arn         = aws_s3_bucket.undelivered.arn
      compression_format = "GZIP"
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_s3_bucket" "undelivered" {
  bucket_prefix = "readings-undelivered-"
}

resource "aws_iam_role" "delivery" {
  name_prefix = "readings-delivery-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "firehose.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "delivery" {
  role = aws_iam_role.delivery.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords", "kinesis:ListShards"]
        Resource = aws_kinesis_stream.readings.arn
      },
      {
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket",
          "s3:ListBucketMultipartUploads", "s3:PutObject",
        ]
        Resource = [aws_s3_bucket.undelivered.arn, "${aws_s3_bucket.undelivered.arn}/*"]
      },
    ]
  })
}
