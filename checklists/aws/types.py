"""The types of things that a survey knows: CloudFormation's names for them, and what the survey keeps of each.

`properties` has the keys of the answer that boto3 gives for the thing, as AWS spells them; what a thing has beside that
answer stands under the name of the operation's result (`Policy`, `ReservedConcurrentExecutions`). Values of environment
variables are never kept: they may be secrets. What they name is: `Mentions` is [{variable, of}], where `of` is the ARN
of a known thing whose ARN, name, id or address the value of `variable` holds. Functions, stages, integrations, rules,
state machines and parameters have it.

A key that is missing says that it was not asked, or not answered; None, or an empty list, says that there is none.
"""

from __future__ import annotations

from typing import Final

API: Final = "AWS::ApiGatewayV2::Api"
"""arn:aws:apigateway:REGION::/apis/ID. WebSocket and HTTP APIs: `ProtocolType` tells. GetApis."""
ROUTE: Final = "AWS::ApiGatewayV2::Route"
"""…/apis/ID/routes/ID. `Target` is 'integrations/ID'. GetRoutes."""
INTEGRATION: Final = "AWS::ApiGatewayV2::Integration"
"""…/apis/ID/integrations/ID. `IntegrationUri` leads to the function. GetIntegrations."""
AUTHORIZER: Final = "AWS::ApiGatewayV2::Authorizer"
"""…/apis/ID/authorizers/ID. GetAuthorizers."""
STAGE: Final = "AWS::ApiGatewayV2::Stage"
"""…/apis/ID/stages/NAME. StageVariables: their names only. GetStages."""
MODEL: Final = "AWS::ApiGatewayV2::Model"
DEPLOYMENT: Final = "AWS::ApiGatewayV2::Deployment"
DOMAIN: Final = "AWS::ApiGatewayV2::DomainName"
"""arn:aws:apigateway:REGION::/domainnames/NAME. GetDomainNames."""
MAPPING: Final = "AWS::ApiGatewayV2::ApiMapping"
"""…/domainnames/NAME/apimappings/ID: `ApiId`, `Stage`, `ApiMappingKey`. GetApiMappings."""
REST_API: Final = "AWS::ApiGateway::RestApi"
"""arn:aws:apigateway:REGION::/restapis/ID. `FunctionArns`: whom its methods call; an address that
holds a stage variable stays as it is. GetRestApis, GetResources."""

FUNCTION: Final = "AWS::Lambda::Function"
"""`Role`, `Runtime`, `CodeSha256`, `LastModified`, `LogGroup`, `EnvironmentNames`, `Mentions`. Of candidates
(checklists.aws.candidates) also `Policy` (of the resource, parsed; None without one) and `ReservedConcurrentExecutions`
(None: unreserved). ListFunctions, GetPolicy, GetFunctionConcurrency."""
FUNCTION_ALIAS: Final = "AWS::Lambda::Alias"
"""Of candidates: `FunctionArn`, `FunctionVersion`, `RoutingConfig`, `Policy` (an alias has its own),
`ProvisionedConcurrentExecutions`. ListAliases, ListProvisionedConcurrencyConfigs."""
FUNCTION_URL: Final = "AWS::Lambda::Url"
"""Of candidates: ARN of the function + '/url' (+ ':QUALIFIER'). `FunctionArn`, `FunctionUrl`, `AuthType`.
ListFunctionUrlConfigs."""
EVENT_SOURCE: Final = "AWS::Lambda::EventSourceMapping"
"""`EventSourceArn`, `FunctionArn`, `State`. ListEventSourceMappings."""

TABLE: Final = "AWS::DynamoDB::Table"
"""`KeySchema`, `GlobalSecondaryIndexes`, `ItemCount`, `TableSizeBytes`, `BillingModeSummary`, `ProvisionedThroughput`,
`LatestStreamArn`, `DeletionProtectionEnabled`, `Replicas`, `TimeToLiveDescription`, `PointInTimeRecovery`,
`Backups`."""
LOG_GROUP: Final = "AWS::Logs::LogGroup"
"""`retentionInDays` (None: for ever), `storedBytes`, `MetricFilters`. Where candidates or stages of WebSocket APIs
write also `lastEventTimestamp` (ms since 1970; None without any event) and `SubscriptionFilters`."""
ALARM: Final = "AWS::CloudWatch::Alarm"
"""`Namespace`, `MetricName`, `Dimensions`, `Metrics`, `ActionsEnabled`, `AlarmActions`. DescribeAlarms."""
COMPOSITE_ALARM: Final = "AWS::CloudWatch::CompositeAlarm"
"""`AlarmRule`."""
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
"""`Body`: parsed; a text that is no JSON stays a text. Global. GetDashboard."""

ROLE: Final = "AWS::IAM::Role"
"""`AssumeRolePolicyDocument`, `Policies` (inline: name -> document), `AttachedPolicies` (ARNs), `RoleLastUsed`
(`Region`, `LastUsedDate`). Global."""
USER: Final = "AWS::IAM::User"
GROUP: Final = "AWS::IAM::Group"
POLICY: Final = "AWS::IAM::ManagedPolicy"
"""Customer-managed: `Document`, `AttachmentCount`, `Versions` (how many), `VersionIds`, `DefaultVersionId`."""

WEB_ACL: Final = "AWS::WAFv2::WebACL"
"""`Scope`: REGIONAL, or CLOUDFRONT, which is global."""
RECORD: Final = "AWS::Route53::RecordSet"
"""arn:aws:route53:::hostedzone/ZONE/recordset/NAME/TYPE(/SETIDENTIFIER). Aliases and CNAMEs only, with all that has to
be said to delete them; `HostedZoneId`, `HostedZoneName`, `PrivateZone`. Global."""
CERTIFICATE: Final = "AWS::CertificateManager::Certificate"
"""`InUseBy` where a domain name of API Gateway uses it."""
DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
"""`Origins` (of `CustomHeaders` the names), `Aliases`, `CacheBehaviors`, `WebACLId`. Global."""
RULE: Final = "AWS::Events::Rule"
"""`State`, `ScheduleExpression`, `EventPattern`, `EventBusName`, `Targets` and `TargetRoles` (ARNs), `TargetIds`."""
SCHEDULE: Final = "AWS::Scheduler::Schedule"
"""`Target` (ARN), `State`."""
QUEUE: Final = "AWS::SQS::Queue"
"""`id` is its URL. `Policy`, `RedrivePolicy`: parsed; None without one."""
TOPIC: Final = "AWS::SNS::Topic"
"""`Subscriptions`: [{Protocol, Endpoint, SubscriptionArn}]; `Endpoint` is an ARN, the host of a web address, or ''.
Also topics of other accounts to which something of this one is subscribed."""
STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"
"""`Mentions`: ARNs in its definition."""
PARAMETER: Final = "AWS::SSM::Parameter"
"""Names only; `Mentions` of a value of type String, never of a SecureString. Values are not kept."""
STACK: Final = "AWS::CloudFormation::Stack"
"""`StackStatus`, `Resources` ([{LogicalResourceId, PhysicalResourceId, ResourceType, DeletionPolicy}]; the last, None
without one, and `Transforms` only of stacks with a WebSocket API or a candidate),
`EnableTerminationProtection`, `Outputs` (keys and export names), `Transforms`, `ImportedBy` ({export: names of stacks},
of stacks as above). DescribeStacks, ListStackResources, ListImports."""

GLOBAL_REGION: Final = "global"
"""Stands for the region of IAM, Route 53 and CloudFront."""
