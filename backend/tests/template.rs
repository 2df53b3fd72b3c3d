//! The AWS template against what the code relies on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../infra/template.yaml");
const TABLE: &str = include_str!("../../infra/table.json");

/// Plain YAML as JSON. The template's `!Ref` and the like are not plain, and nothing here reads them.
fn plain(node: &Yaml) -> Value {
    if let Some(text) = node.as_str() {
        Value::from(text)
    } else if let Some(truth) = node.as_bool() {
        Value::from(truth)
    } else if let Some(number) = node.as_integer() {
        Value::from(number)
    } else if let Some(list) = node.as_vec() {
        list.iter().map(plain).collect()
    } else if let Some(map) = node.as_mapping() {
        map.iter()
            .map(|(name, value)| (name.as_str().unwrap().to_owned(), plain(value)))
            .collect()
    } else {
        panic!("not plain: {node:?}")
    }
}

#[test]
fn the_table_in_aws_is_the_table_of_one_machine() {
    let template = Yaml::load_from_str(TEMPLATE).unwrap();
    let in_aws = &template[0]["Resources"]["Table"]["Properties"];
    let here: Value = serde_json::from_str(TABLE).unwrap();
    for (property, value) in here.as_object().unwrap() {
        assert_eq!(plain(&in_aws[property.as_str()]), *value, "{property}");
    }
}
