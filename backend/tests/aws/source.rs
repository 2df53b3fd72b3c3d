//! The source of the package, read as far as it takes to follow what calls what: each function, the names that it uses, and
//! what it asks of AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprField, ExprMethodCall, ExprPath, Fields, FnArg, ImplItem, Item, ItemImpl,
    Lit, Macro, Member, Meta, Signature, Token, TraitItem, Type, UseTree,
};

/// All of it but its tests.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) functions: Vec<Function>,
    /// What an imported name stands for, by its module and itself.
    pub(crate) imports: BTreeMap<(String, String), Vec<String>>,
    /// Constants that are texts, by their path.
    pub(crate) texts: BTreeMap<String, String>,
    /// By a type, those that are named in its definition.
    pub(crate) parts: BTreeMap<String, BTreeSet<String>>,
    /// By their path. The root's is empty.
    pub(crate) modules: BTreeSet<String>,
    pub(crate) traits: BTreeSet<String>,
}

/// A function, or a constant, which is as good as one.
#[derive(Default)]
pub(crate) struct Function {
    pub(crate) module: String,
    pub(crate) name: String,
    /// The type that it belongs to.
    pub(crate) of: Option<String>,
    pub(crate) of_trait: Option<String>,
    /// How many it takes, without `self`.
    pub(crate) arguments: usize,
    pub(crate) used: BTreeSet<Used>,
    /// The types that it names.
    pub(crate) types: BTreeSet<String>,
    pub(crate) asks: Vec<Ask>,
}

/// A name that may be a function's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Used {
    /// `.name(…)`, with so many arguments, if that is known.
    Method {
        name: String,
        arguments: Option<usize>,
    },
    /// `a::b::name`.
    Path(Vec<String>),
}

/// An operation of AWS that a function asks for.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// As the crate of its client is called: `dynamodb`.
    pub(crate) service: String,
    /// As its method is called: `get_item`.
    pub(crate) operation: String,
    /// The path of the index's name, of what asks an index.
    pub(crate) index: Option<Vec<String>>,
}

impl Source {
    /// Reads the `src` of a package.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut source = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("tests.rs")
                    && path.extension().is_some_and(|it| it == "rs")
                {
                    source.add(folder, path);
                }
            }
        }
        source
    }

    fn add(&mut self, folder: &Path, path: PathBuf) {
        let text = fs::read_to_string(&path).unwrap();
        let module = path.strip_prefix(folder).unwrap().with_extension("");
        let module = module.to_str().unwrap().replace('/', "::");
        let module = match module.as_str() {
            "lib" => "",
            module => module.strip_suffix("::mod").unwrap_or(module),
        };
        let sdk = |rest: &str| {
            rest.split(|c: char| !c.is_alphanumeric())
                .next()
                .map(str::to_owned)
        };
        let file = File {
            module: module.to_owned(),
            services: text.split("aws_sdk_").skip(1).filter_map(sdk).collect(),
            path,
        };
        let ends = file.module.match_indices("::").map(|(end, _)| end);
        let modules = ends.chain([file.module.len()]);
        self.modules
            .extend(modules.map(|end| file.module[..end].to_owned()));
        let parsed = syn::parse_file(&text);
        self.add_items(&file, &parsed.unwrap().items);
    }

    fn add_items(&mut self, file: &File, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(it) if !is_test(&it.attrs) => {
                    let mut body = Body::of(file, None);
                    body.visit_block(&it.block);
                    self.add_function(body, &it.sig, None);
                }
                Item::Impl(it) if !is_test(&it.attrs) => self.add_methods(file, it),
                Item::Trait(it) => {
                    let name = it.ident.to_string();
                    for item in &it.items {
                        if let TraitItem::Fn(method) = item {
                            let mut body = Body::of(file, None);
                            if let Some(block) = &method.default {
                                body.visit_block(block);
                            }
                            self.add_function(body, &method.sig, Some(name.clone()));
                        }
                    }
                    self.traits.insert(name);
                }
                Item::Const(it) => self.add_value(file, &it.ident.to_string(), &it.expr),
                Item::Static(it) => self.add_value(file, &it.ident.to_string(), &it.expr),
                Item::Struct(it) => self.add_parts(file, &it.ident.to_string(), &it.fields),
                Item::Enum(it) => {
                    for variant in &it.variants {
                        self.add_parts(file, &it.ident.to_string(), &variant.fields);
                    }
                }
                Item::Use(it) => self.add_imports(&file.module, &it.tree, &[]),
                Item::Mod(it) => {
                    let is_elsewhere = it.content.is_none() || is_test(&it.attrs);
                    let path = file.path.display();
                    assert!(is_elsewhere, "{path}: {} needs a file of its own", it.ident);
                }
                _ => {}
            }
        }
    }

    fn add_methods(&mut self, file: &File, block: &ItemImpl) {
        let of = match &*block.self_ty {
            Type::Path(it) => last(&it.path),
            Type::Reference(it) => match &*it.elem {
                Type::Path(it) => last(&it.path),
                _ => return,
            },
            _ => return,
        };
        let of_trait = block.trait_.as_ref().map(|(path, _)| last(path));
        for item in &block.items {
            match item {
                ImplItem::Fn(it) if !is_test(&it.attrs) => {
                    let mut body = Body::of(file, Some(&of));
                    body.visit_block(&it.block);
                    self.add_function(body, &it.sig, of_trait.clone());
                }
                _ => {}
            }
        }
    }

    fn add_function(
        &mut self,
        mut body: Body<'_>,
        signature: &Signature,
        of_trait: Option<String>,
    ) {
        body.visit_signature(signature);
        let inputs = signature.inputs.iter();
        self.functions.push(Function {
            name: signature.ident.to_string(),
            of_trait,
            arguments: inputs.filter(|it| matches!(it, FnArg::Typed(_))).count(),
            ..body.read()
        });
    }

    fn add_value(&mut self, file: &File, name: &str, value: &Expr) {
        if let Expr::Lit(value) = value
            && let Lit::Str(text) = &value.lit
        {
            let path = joined(&file.module, name);
            self.texts.insert(path, text.value());
        }
        let mut body = Body::of(file, None);
        body.visit_expr(value);
        self.functions.push(Function {
            name: name.to_owned(),
            ..body.read()
        });
    }

    fn add_parts(&mut self, file: &File, of: &str, fields: &Fields) {
        let mut body = Body::of(file, None);
        body.visit_fields(fields);
        let parts = self.parts.entry(of.to_owned()).or_default();
        parts.extend(body.read().types);
    }

    fn add_imports(&mut self, module: &str, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let mut add = |name: &syn::Ident, path| {
            self.imports
                .insert((module.to_owned(), name.to_string()), path);
        };
        match tree {
            UseTree::Path(it) => self.add_imports(module, &it.tree, &with(&it.ident)),
            UseTree::Name(it) if it.ident == "self" => {
                let name = before.last().unwrap().clone();
                self.imports
                    .insert((module.to_owned(), name), before.to_vec());
            }
            UseTree::Name(it) => add(&it.ident, with(&it.ident)),
            UseTree::Rename(it) => add(&it.rename, with(&it.ident)),
            UseTree::Group(it) => {
                for tree in &it.items {
                    self.add_imports(module, tree, before);
                }
            }
            UseTree::Glob(_) => panic!("{module}: what `*` brings is not known"),
        }
    }
}

/// The path of what has this name in a module.
pub(crate) fn joined(module: &str, name: &str) -> String {
    match module {
        "" => name.to_owned(),
        module => format!("{module}::{name}"),
    }
}

struct File {
    path: PathBuf,
    module: String,
    /// Whose clients it can hold.
    services: BTreeSet<String>,
}

/// Something that is evaluated, while it is read.
struct Body<'a> {
    file: &'a File,
    of: Option<&'a str>,
    read: Function,
    /// How often something's client is named, and how often one of its operations is called.
    clients: usize,
    asked: usize,
    /// The path of the index's name of the operation that comes next.
    index: Option<Vec<String>>,
}

impl<'a> Body<'a> {
    fn of(file: &'a File, of: Option<&'a str>) -> Self {
        Self {
            file,
            of,
            read: Function {
                module: file.module.clone(),
                of: of.map(str::to_owned),
                ..Function::default()
            },
            clients: 0,
            asked: 0,
            index: None,
        }
    }

    fn read(self) -> Function {
        // What is done with a client that goes elsewhere is not seen.
        assert_eq!(self.clients, self.asked, "{}", self.file.path.display());
        self.read
    }

    /// Whether this is a client of AWS: `client`, or a field of that name.
    fn is_client(&self, expression: &Expr) -> bool {
        !self.file.services.is_empty()
            && match expression {
                Expr::Field(it) => is_called_client(it),
                Expr::Path(it) => it.path.is_ident("client"),
                _ => false,
            }
    }

    fn ask(&mut self, operation: String) {
        let mut services = self.file.services.iter();
        let (Some(service), None) = (services.next(), services.next()) else {
            panic!("{}: whose client is it?", self.file.path.display())
        };
        self.read.asks.push(Ask {
            service: service.clone(),
            operation,
            index: self.index.take(),
        });
    }
}

impl<'ast> Visit<'ast> for Body<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.read.used.insert(Used::Method {
            name: call.method.to_string(),
            arguments: Some(call.args.len()),
        });
        if self.is_client(&call.receiver) {
            self.asked += usize::from(matches!(&*call.receiver, Expr::Field(_)));
            self.ask(call.method.to_string());
        } else if is_transaction_item(&call.receiver) {
            self.ask(format!("{}_item", call.method));
        } else if call.method == "index_name" && self.is_client(start(call)) {
            let Expr::Path(name) = &call.args[0] else {
                panic!("{}: which index?", self.file.path.display())
            };
            self.index = Some(words(&name.path));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_field(&mut self, field: &'ast ExprField) {
        self.clients += usize::from(!self.file.services.is_empty() && is_called_client(field));
        visit::visit_expr_field(self, field);
    }

    fn visit_expr_path(&mut self, it: &'ast ExprPath) {
        let mut path = words(&it.path);
        if let Some(of) = self.of
            && path[0] == "Self"
        {
            path[0] = of.to_owned();
        }
        self.read.used.insert(Used::Path(path));
        visit::visit_expr_path(self, it);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // What comes after a type is a part of it.
        let mut words = words(path).into_iter();
        if let Some(name) = words.find(|it| it.starts_with(char::is_uppercase)) {
            self.read.types.insert(match self.of {
                Some(of) if name == "Self" => of.to_owned(),
                _ => name,
            });
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, it: &'ast Macro) {
        let Ok(arguments) = it.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        else {
            // Fields of a log line, or a pattern. What is followed by a parenthesis may be a call.
            let tokens = it.tokens.to_string();
            let mut pieces: Vec<_> = tokens.split('(').collect();
            pieces.pop();
            for piece in pieces {
                let name = piece
                    .trim_end()
                    .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'));
                self.read.used.insert(Used::Method {
                    name: name.take(1).collect(),
                    arguments: None,
                });
            }
            return;
        };
        for argument in &arguments {
            let mut body = Body::of(self.file, self.of);
            body.visit_expr(argument);
            let read = body.read();
            self.read.used.extend(read.used);
            self.read.types.extend(read.types);
            self.read.asks.extend(read.asks);
        }
    }
}

/// Where a chain of calls begins.
fn start(call: &ExprMethodCall) -> &Expr {
    match &*call.receiver {
        Expr::MethodCall(before) => start(before),
        first => first,
    }
}

fn is_called_client(field: &ExprField) -> bool {
    matches!(&field.member, Member::Named(name) if name == "client")
}

/// Whether this is `TransactWriteItem::builder()`. A transaction takes the permissions of its items.
fn is_transaction_item(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    matches!(&*call.func, Expr::Path(it) if words(&it.path).ends_with(&["TransactWriteItem".into(), "builder".into()]))
}

fn words(path: &syn::Path) -> Vec<String> {
    let segments = path.segments.iter();
    segments.map(|it| it.ident.to_string()).collect()
}

fn last(path: &syn::Path) -> String {
    words(path).pop().unwrap()
}

/// Whether it is there in tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| {
        matches!(&it.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}
