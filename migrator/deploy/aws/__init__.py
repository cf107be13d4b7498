"""The service on ECS Fargate behind an Application Load Balancer, with ElastiCache: one model, two notations."""
