//! infra/template.yaml, read as far as tests hold the code to it.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Value, json};

pub(crate) const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");

/// The template, where `!Ref X` is `{"Ref": "X"}`, and so are the other tags.
pub(crate) struct Template(Value);

/// One thing that a function may do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allowed {
    pub(crate) action: String,
    pub(crate) resource: Value,
    pub(crate) condition: Option<Value>,
}

impl Template {
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(PATH).unwrap();
        Self(plain(&Yaml::load_from_str(&text).unwrap()[0]))
    }

    /// The properties of a resource.
    pub(crate) fn properties(&self, resource: &str) -> &Value {
        let properties = &self.0["Resources"][resource]["Properties"];
        assert!(properties.is_object(), "{resource}");
        properties
    }

    /// The properties of all resources, by their names.
    pub(crate) fn resources(&self) -> BTreeMap<&str, &Value> {
        let resources = self.0["Resources"].as_object().unwrap().iter();
        let properties = resources.map(|(name, it)| (name.as_str(), &it["Properties"]));
        properties.collect()
    }

    /// The names of all resources of this type.
    pub(crate) fn of_type(&self, name: &str) -> Vec<&str> {
        let resources = self.0["Resources"].as_object().unwrap().iter();
        let those = resources.filter(|(_, resource)| resource["Type"] == name);
        those.map(|(name, _)| name.as_str()).collect()
    }

    /// The variables that a function finds in its environment.
    pub(crate) fn environment(&self, function: &str) -> BTreeMap<String, Value> {
        let of_all = &self.0["Globals"]["Function"]["Environment"]["Variables"];
        let own = &self.properties(function)["Environment"]["Variables"];
        [of_all, own]
            .into_iter()
            .filter_map(Value::as_object)
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// What a function may do, one action on one resource at a time.
    pub(crate) fn allowed(&self, function: &str) -> Vec<Allowed> {
        let role = self.properties(function)["Role"]["GetAtt"].as_str();
        let role = role.and_then(|role| role.strip_suffix(".Arn")).unwrap();
        self.allowed_to_role(role)
    }

    /// What a role allows.
    pub(crate) fn allowed_to_role(&self, role: &str) -> Vec<Allowed> {
        let role = self.properties(role);
        assert!(
            role["ManagedPolicyArns"].is_null(),
            "AWS's own are too wide"
        );
        let policies = list(&role["Policies"]);
        let documents = policies.iter().map(|policy| &policy["PolicyDocument"]);
        documents.flat_map(statements).collect()
    }

    /// The names and defaults of the parameters.
    pub(crate) fn defaults(&self) -> BTreeMap<&str, &Value> {
        let parameters = self.0["Parameters"].as_object().unwrap().iter();
        parameters
            .map(|(name, parameter)| (name.as_str(), &parameter["Default"]))
            .collect()
    }

    /// Whether a condition holds with these parameters.
    pub(crate) fn holds(&self, condition: &Value, parameters: &BTreeMap<&str, String>) -> bool {
        let holds = |condition| self.holds(condition, parameters);
        if let Some(named) = condition.as_str() {
            holds(&self.0["Conditions"][named])
        } else if let Some(named) = condition.get("Condition") {
            holds(named)
        } else if let Some(not) = condition["Not"].as_array() {
            !holds(&not[0])
        } else if let Some(all) = condition["And"].as_array() {
            all.iter().all(holds)
        } else if let Some([parameter, value]) = condition["Equals"].as_array().map(Vec::as_slice) {
            parameters[parameter["Ref"].as_str().unwrap()] == value.as_str().unwrap()
        } else {
            panic!("{condition}")
        }
    }
}

/// The statements of a policy document, taken apart.
pub(crate) fn statements(document: &Value) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    for statement in list(&document["Statement"]) {
        assert_eq!(statement["Effect"], "Allow");
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                allowed.push(Allowed {
                    action: action.as_str().unwrap().to_owned(),
                    resource: resource.clone(),
                    condition: statement.get("Condition").cloned(),
                });
            }
        }
    }
    allowed
}

/// Where IAM takes a list, it takes one thing too.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    }
}

fn plain(node: &Yaml) -> Value {
    match node {
        Yaml::Tagged(tag, node) => json!({ tag.suffix.as_str(): plain(node) }),
        Yaml::Sequence(list) => list.iter().map(plain).collect(),
        Yaml::Mapping(map) => map
            .iter()
            .map(|(name, value)| (name.as_str().unwrap().to_owned(), plain(value)))
            .collect(),
        node => {
            if let Some(text) = node.as_str() {
                Value::from(text)
            } else if let Some(truth) = node.as_bool() {
                Value::from(truth)
            } else if let Some(number) = node.as_integer() {
                Value::from(number)
            } else {
                panic!("not plain: {node:?}")
            }
        }
    }
}
