use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

pub type Row = BTreeMap<String, AttributeValue>;

/// All that the app keeps, at one moment.
#[derive(Clone, PartialEq)]
pub struct Table(Vec<Row>);

impl Table {
    pub(crate) async fn read(client: &Client, name: &str) -> Self {
        let mut pages = client
            .scan()
            .table_name(name)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut rows: Vec<Row> = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.expect("the table can be read");
            rows.push(item.into_iter().collect());
        }
        rows.sort_by_key(|row| (text(row, "pk").to_owned(), text(row, "sk").to_owned()));
        Self(rows)
    }

    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    /// The rows of one person, or of one tenant.
    pub fn of<'a>(&'a self, whose: &str) -> impl Iterator<Item = &'a Row> {
        let end = format!("#{whose}");
        self.0
            .iter()
            .filter(move |row| text(row, "pk").ends_with(&end))
    }

    /// The only row of this person or tenant whose sort key begins so.
    #[track_caller]
    pub fn row(&self, whose: &str, sk: &str) -> &Row {
        let mut rows = self.of(whose).filter(|row| text(row, "sk").starts_with(sk));
        match (rows.next(), rows.next()) {
            (Some(row), None) => row,
            _ => panic!("not exactly one {sk} of {whose} in {self:?}"),
        }
    }

    /// The account ids of the people of whom anything is kept.
    pub fn people(&self) -> BTreeSet<String> {
        let keys = self.0.iter().map(|row| text(row, "pk"));
        keys.filter_map(|pk| pk.strip_prefix("person#")?.split_once('#'))
            .map(|(_, account)| account.to_owned())
            .collect()
    }

    /// When people are to be reported next.
    pub fn plans(&self) -> Vec<Option<&AttributeValue>> {
        let notes = self.0.iter().filter(|row| text(row, "sk") == "person");
        notes.map(|row| row.get("dueAt")).collect()
    }

    /// The rows but for that, and for when the timers of schedules are to be looked at.
    pub fn without_plans(&self) -> Vec<Row> {
        let mut rows = self.0.clone();
        for row in &mut rows {
            let sk = text(row, "sk");
            if sk == "person" || sk.starts_with("schedule#") {
                row.remove("dueAt");
            }
        }
        rows
    }

    /// Whether this stands anywhere in it: in a text, in bytes, in a key.
    pub fn holds(&self, needle: &str) -> bool {
        self.0
            .iter()
            .flat_map(BTreeMap::iter)
            .any(|(name, value)| name.contains(needle) || value_holds(value, needle))
    }
}

/// The text of an attribute; empty if there is none.
pub(crate) fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

fn value_holds(value: &AttributeValue, needle: &str) -> bool {
    let bytes_hold = |bytes: &[u8]| {
        bytes
            .windows(needle.len())
            .any(|part| part == needle.as_bytes())
    };
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.contains(needle),
        AttributeValue::B(blob) => bytes_hold(blob.as_ref()),
        AttributeValue::L(values) => values.iter().any(|value| value_holds(value, needle)),
        AttributeValue::M(values) => values
            .iter()
            .any(|(name, value)| name.contains(needle) || value_holds(value, needle)),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
            texts.iter().any(|text| text.contains(needle))
        }
        AttributeValue::Bs(blobs) => blobs.iter().any(|blob| bytes_hold(blob.as_ref())),
        _ => false,
    }
}

/// A row a line.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            writeln!(f, "{row:?}")?;
        }
        Ok(())
    }
}
