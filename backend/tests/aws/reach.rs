//! What a binary can ask of AWS: all that its `main` leads to.
//!
//! It goes by names, since it knows no types. A method that is called is any of that name with as many arguments, of a type
//! that is named on the way; so what a binary does not wire, it does not reach. And whatever is named, others may call what
//! it has of traits that are not ours. That leads to rather too much than too little.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Function, Source, Used, joined};

/// What is asked of AWS, and the functions on the way to it.
pub(crate) type Reach = BTreeMap<Asked, Vec<String>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) index: Option<String>,
}

/// What a binary leads to.
pub(crate) struct Walk<'a> {
    source: &'a Source,
    /// By a function's number, that of who calls it, if that is known.
    reached: BTreeMap<usize, Option<usize>>,
    /// Who calls what.
    called: BTreeMap<Called, usize>,
    types: BTreeSet<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Called {
    Method(String, Option<usize>),
    /// Of a type or a trait.
    Associated(String, String),
    /// By its path.
    Free(String),
}

impl<'a> Walk<'a> {
    /// Goes from the `main` of this binary as far as it leads.
    pub(crate) fn from(source: &'a Source, binary: &str) -> Self {
        let mut walk = Self {
            source,
            reached: BTreeMap::new(),
            called: BTreeMap::new(),
            types: BTreeSet::new(),
        };
        let main = joined("bin", binary);
        let is_main = |it: &Function| it.module == main && it.name == "main";
        let mut next = vec![(source.functions.iter().position(is_main).unwrap(), None)];
        while !next.is_empty() {
            for (function, by) in next {
                walk.reached.insert(function, by);
                walk.follow(function);
            }
            let numbers = 0..source.functions.len();
            let new = numbers.filter(|it| !walk.reached.contains_key(it));
            next = new.filter_map(|it| Some((it, walk.caller(it)?))).collect();
        }
        walk
    }

    /// What it asks of AWS.
    pub(crate) fn asked(&self) -> Reach {
        let mut reach = Reach::new();
        for (number, function) in self.functions() {
            for ask in &function.asks {
                let index = ask.index.as_ref().map(|name| {
                    let path = self.source.resolved(&function.module, name).unwrap();
                    self.source.texts[&path.join("::")].clone()
                });
                let asked = Asked {
                    service: ask.service.clone(),
                    operation: ask.operation.clone(),
                    index,
                };
                reach.entry(asked).or_insert_with(|| self.way_to(number));
            }
        }
        reach
    }

    /// Which variants of the enum with this path go into calls of a method: those that a function names that calls it, or a
    /// function that it calls.
    pub(crate) fn variants(&self, of: &str, method: &str) -> BTreeSet<String> {
        let named_in = |function: &Function| {
            let paths = self.source.paths(function);
            let variants = paths.filter_map(|path| {
                let (variant, of_variant) = path.split_last()?;
                (of_variant.join("::") == of).then(|| variant.clone())
            });
            variants.collect::<Vec<_>>()
        };
        let calls = |function: &Function| {
            let mut used = function.used.iter();
            used.any(|it| matches!(it, Used::Method { name, .. } if name == method))
        };
        let mut variants = BTreeSet::new();
        for (_, function) in self.functions().filter(|(_, it)| calls(it)) {
            variants.extend(named_in(function));
            for path in self.source.paths(function) {
                let path = path.join("::");
                let is_it =
                    |it: &&Function| it.of.is_none() && joined(&it.module, &it.name) == path;
                for called in self.source.functions.iter().filter(is_it) {
                    variants.extend(named_in(called));
                }
            }
        }
        variants
    }

    fn functions(&self) -> impl Iterator<Item = (usize, &'a Function)> {
        let numbers = self.reached.keys().copied();
        numbers.map(|number| (number, &self.source.functions[number]))
    }

    /// Notes what a function calls and names.
    fn follow(&mut self, number: usize) {
        let function = &self.source.functions[number];
        let mut types: Vec<&str> = function.types.iter().map(String::as_str).collect();
        while let Some(name) = types.pop() {
            if self.types.insert(name) {
                let parts = self.source.parts.get(name).into_iter().flatten();
                types.extend(parts.map(String::as_str));
            }
        }
        for used in &function.used {
            if let Used::Method { name, arguments } = used {
                let called = Called::Method(name.clone(), *arguments);
                self.called.entry(called).or_insert(number);
            }
        }
        for path in self.source.paths(function) {
            let called = match &path[..] {
                // Of whatever type the parameter is.
                [.., of, name] if of.len() == 1 => Called::Method(name.clone(), None),
                [.., of, name] if of.starts_with(char::is_uppercase) => {
                    Called::Associated(of.clone(), name.clone())
                }
                path => Called::Free(path.join("::")),
            };
            self.called.entry(called).or_insert(number);
        }
    }

    /// Who calls a function, if it is known that somebody may: then `Some`, even if not who.
    fn caller(&self, number: usize) -> Option<Option<usize>> {
        let function = &self.source.functions[number];
        let name = &function.name;
        let by = |called: Called| self.called.get(&called).map(|by| Some(*by));
        if function.of.is_none() && function.of_trait.is_none() {
            return by(Called::Free(joined(&function.module, name)));
        }
        if let Some(of) = &function.of {
            if !self.types.contains(of.as_str()) {
                return None;
            }
            let of_others = |it: &String| !self.source.traits.contains(it);
            if function.of_trait.as_ref().is_some_and(of_others) {
                return Some(None);
            }
        }
        let of = [&function.of, &function.of_trait].into_iter().flatten();
        by(Called::Method(name.clone(), Some(function.arguments)))
            .or_else(|| by(Called::Method(name.clone(), None)))
            .or_else(|| {
                let mut of = of.map(|of| Called::Associated(of.clone(), name.clone()));
                of.find_map(by)
            })
    }

    /// The functions from `main` to this one.
    fn way_to(&self, number: usize) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = Some(number);
        while let Some(number) = at {
            let Function {
                module, name, of, ..
            } = &self.source.functions[number];
            let of = of
                .as_ref()
                .map_or_else(|| module.clone(), |of| joined(module, of));
            way.push(joined(&of, name));
            at = self.reached[&number];
        }
        way.reverse();
        way
    }
}

impl Source {
    /// The paths that a function names, from the root of the package on.
    fn paths(&self, function: &Function) -> impl Iterator<Item = Vec<String>> {
        function.used.iter().filter_map(|used| match used {
            Used::Path(path) => self.resolved(&function.module, path),
            Used::Method { .. } => None,
        })
    }

    /// Where a path leads from a module. `None`: out of the package.
    fn resolved(&self, module: &str, path: &[String]) -> Option<Vec<String>> {
        let mut at: Vec<_> = module.split("::").filter(|it| !it.is_empty()).collect();
        let mut rest = path;
        while let [first, after @ ..] = rest {
            match first.as_str() {
                "crate" | "onbehalf" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                _ => break,
            }
            rest = after;
        }
        let from_root: Vec<_> = at.iter().map(|it| (*it).to_owned()).collect();
        let from_root = [&from_root, rest].concat();
        let first = rest.first()?;
        let here = at.join("::");
        let is_ours = self.modules.contains(&joined(&here, first))
            || self.imports.contains_key(&(here, first.clone()))
            || rest.len() == 1
            || rest.len() < path.len()
            || first.starts_with(char::is_uppercase);
        if is_ours {
            self.through(from_root)
        } else {
            None
        }
    }

    /// The same path, past the modules that only pass on what is imported.
    fn through(&self, path: Vec<String>) -> Option<Vec<String>> {
        for (at, name) in path.iter().enumerate() {
            let module = path[..at].join("::");
            if let Some(import) = self.imports.get(&(module.clone(), name.clone())) {
                let import = self.resolved(&module, import)?;
                return self.through([&import, &path[at + 1..]].concat());
            }
            if !self.modules.contains(&joined(&module, name)) {
                break;
            }
        }
        Some(path)
    }
}
