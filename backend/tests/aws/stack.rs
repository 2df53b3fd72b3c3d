//! What the template deploys, but for the functions: table, key, queues and timers, on this machine.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_sdk_scheduler::Client as Scheduler;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use onbehalf::adapters::dynamodb::create_table;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::moto::{Moto, aws};
use super::template::Template;

const TABLE: &str = "onbehalf";
const TIMERS: &str = "onbehalf-timers";
const TIMER_ROLE: &str = "arn:aws:iam::123456789012:role/timers";

/// What Secrets Manager would make.
pub(crate) const ORIGIN_SECRET: &str = "zZ0123456789zZ0123456789zZ0123456789zZ0123456789";

/// As many as SQS gives at once.
const AT_ONCE: i32 = 10;

/// The resources of the template.
pub(crate) struct Stack {
    pub(crate) template: Template,
    pub(crate) moto: Moto,
    /// The endpoint of the table, which has an emulator of its own.
    pub(crate) database: String,
    key: String,
    runs: String,
    sqs: Sqs,
    scheduler: Scheduler,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        let (template, moto) = (Template::read(), Moto::start());
        let sqs = Sqs::new(&moto.aws());
        let scheduler = Scheduler::new(&moto.aws());
        let group = scheduler.create_schedule_group().name(TIMERS);
        group.send().await.unwrap();
        let kms = aws_sdk_kms::Client::new(&moto.aws());
        let key = kms.create_key().send().await.unwrap().key_metadata;
        Self {
            runs: queues(&sqs, &template).await,
            key: key.unwrap().arn.unwrap(),
            database: database().await,
            template,
            moto,
            sqs,
            scheduler,
        }
    }

    /// The environment of a function: what the template sets, with the values that they have here, and nothing else.
    pub(crate) fn environment(
        &self,
        function: &str,
        parameters: &BTreeMap<&str, String>,
    ) -> BTreeMap<String, String> {
        let set = self.template.environment(function).into_iter();
        set.map(|(name, value)| (name, self.value(&value, parameters)))
            .collect()
    }

    fn value(&self, value: &Value, parameters: &BTreeMap<&str, String>) -> String {
        if let Some([condition, yes, no]) = value["If"].as_array().map(Vec::as_slice) {
            let holds = self.template.holds(condition, parameters);
            return self.value(if holds { yes } else { no }, parameters);
        }
        if value["Sub"] == "{{resolve:secretsmanager:${OriginSecret}}}" {
            return ORIGIN_SECRET.to_owned();
        }
        let of_resource = match (value["Ref"].as_str(), value["GetAtt"].as_str()) {
            (Some("Table"), _) => TABLE,
            (Some("Runs"), _) => &self.runs,
            (Some("Timers"), _) => TIMERS,
            (_, Some("SealKey.Arn")) => &self.key,
            (_, Some("TimerRole.Arn")) => TIMER_ROLE,
            (Some(parameter), _) => &parameters[parameter],
            _ => panic!("{value}"),
        };
        of_resource.to_owned()
    }

    /// Every timer there is.
    pub(crate) async fn timers(&self) -> Vec<GetScheduleOutput> {
        let listed = self.scheduler.list_schedules().send().await.unwrap();
        let mut timers = Vec::new();
        for timer in listed.schedules() {
            let request = self.scheduler.get_schedule().group_name(TIMERS);
            let timer = request.name(timer.name().unwrap()).send().await;
            timers.push(timer.unwrap());
        }
        timers
    }

    /// Does what EventBridge Scheduler does when this timer is due, which moto does not.
    pub(crate) async fn fire(&self, timer: &GetScheduleOutput, at: &str) {
        let target = timer.target().unwrap();
        assert_eq!(target.arn(), "arn:aws:scheduler:::aws-sdk:sqs:sendMessage");
        assert_eq!(target.role_arn(), TIMER_ROLE);
        let input = target.input().unwrap();
        let input = input.replace("<aws.scheduler.scheduled-time>", at);
        let input: Value = serde_json::from_str(&input).unwrap();
        let text = |name: &str| input[name].as_str().unwrap();
        assert_eq!(text("QueueUrl"), self.runs);
        self.sqs
            .send_message()
            .queue_url(text("QueueUrl"))
            .message_body(text("MessageBody"))
            .message_group_id(text("MessageGroupId"))
            .send()
            .await
            .unwrap();
    }

    /// Asks for something to be done that is not a run.
    pub(crate) async fn send(&self, body: &str) {
        let request = self.sqs.send_message().queue_url(&self.runs);
        request.message_body(body).send().await.unwrap();
    }

    /// Sets the state of an item, as another version of the app would, and answers what it was.
    pub(crate) async fn set_state(&self, (pk, sk): &(String, &str), state: &str) -> String {
        let client = DynamoDb::new(&aws(&self.database));
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let changed = client
            .update_item()
            .table_name(TABLE)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET #state = :state")
            .condition_expression("attribute_exists(#state)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state))
            .return_values(ReturnValue::UpdatedOld);
        let was = changed.send().await.unwrap().attributes.unwrap();
        was["state"].as_s().unwrap().clone()
    }

    /// The messages that can be had, as Lambda has them.
    pub(crate) async fn receive(&self) -> Vec<Message> {
        let request = self.sqs.receive_message().queue_url(&self.runs);
        let batch = request.max_number_of_messages(AT_ONCE).send().await;
        batch.unwrap().messages.unwrap_or_default()
    }

    /// A message was dealt with.
    pub(crate) async fn delete(&self, message: &Message) {
        let request = self.sqs.delete_message().queue_url(&self.runs);
        let receipt = message.receipt_handle().unwrap();
        request.receipt_handle(receipt).send().await.unwrap();
    }

    /// A message was not dealt with, and the time is over in which it is hidden.
    pub(crate) async fn give_back(&self, message: &Message) {
        let request = self.sqs.change_message_visibility().queue_url(&self.runs);
        let request = request.receipt_handle(message.receipt_handle().unwrap());
        request.visibility_timeout(0).send().await.unwrap();
    }

    /// How many messages wait until their delay is over.
    pub(crate) async fn delayed(&self) -> String {
        let what = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
        let request = self.sqs.get_queue_attributes().queue_url(&self.runs);
        let answer = request.attribute_names(what.clone()).send().await.unwrap();
        answer.attributes().unwrap()[&what].clone()
    }

    /// How many messages were put aside.
    pub(crate) async fn put_aside(&self) -> usize {
        let aside = onbehalf::adapters::sqs::RunsPutAside::of(self.sqs.clone(), &self.runs);
        aside.await.unwrap().take().await.unwrap().len()
    }
}

/// The queue of runs, and where it puts aside what nobody could deal with; the URL of the first.
async fn queues(sqs: &Sqs, template: &Template) -> String {
    let aside = sqs.create_queue().queue_name("onbehalf-runs-put-aside");
    let aside = aside.send().await.unwrap().queue_url.unwrap();
    let arn = QueueAttributeName::QueueArn;
    let request = sqs.get_queue_attributes().queue_url(aside);
    let answer = request.attribute_names(arn.clone()).send().await.unwrap();
    let mut redrive = template.properties("Runs")["RedrivePolicy"].clone();
    redrive["deadLetterTargetArn"] = json!(answer.attributes().unwrap()[&arn]);
    let hidden = template.properties("Runs")["VisibilityTimeout"].to_string();
    let runs = sqs
        .create_queue()
        .queue_name("onbehalf-runs")
        .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
        .attributes(QueueAttributeName::VisibilityTimeout, hidden);
    runs.send().await.unwrap().queue_url.unwrap()
}

async fn database() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let database = dynoxide::Database::memory().unwrap();
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let client = DynamoDb::new(&aws(&endpoint));
    create_table(&client, TABLE).await.unwrap();
    endpoint
}
