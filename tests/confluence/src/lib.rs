//! A Confluence Cloud site for tests and for trying an app out: Atlassian's side of Connect.
//!
//! It installs apps through the plugin interface, signs their lifecycle callbacks, shows their pages in a host page
//! with Atlassian's own bridge, issues access tokens for apps that act as their users, and answers the REST API with
//! every credential really checked. It shares no code with the app that it is used to check.
//!
//! [`Simulator::start`] runs one in this process; the binary `confluence-simulator` runs one on its own. README.md
//! tells of the control API.

mod access_tokens;
mod authorization_server;
mod caller;
mod calls;
mod clock;
mod control;
mod counts;
mod crowd;
mod descriptor;
mod faults;
mod gateway;
pub mod groups;
mod host;
mod install_keys;
mod installation;
mod jwt;
mod lifecycle;
mod limits;
pub mod people;
mod plugins;
mod qsh;
mod random;
mod refusal;
mod rest;
mod scopes;
mod session;
mod simulator;
mod site;
mod spaces;
mod tokens;
mod webhooks;

pub use calls::{
    Call, Calls, Deliveries, Delivery, Exchange, Exchanges, Log, Report, ReportStatus, Reports,
};
pub use clock::SimClock;
pub use counts::{CallCount, CallKind, ExchangeCount, Tally};
pub use crowd::{CrowdAccount, CrowdError, CrowdOrder, CrowdTenant};
pub use descriptor::{Descriptor, DescriptorError};
pub use faults::{Effect, Fault, FaultHandle, FaultStatus, Faults, When};
pub use groups::{Group, GroupError, Groups, Members};
pub use installation::Installation;
pub use jwt::{RsaKey, Signer, Token, TokenError};
pub use lifecycle::{InstallError, NotInstalled};
pub use limits::{Bursts, Limits, TenantLimits};
pub use people::{AccountState, AccountType, People, PeopleError, Person, PersonChange};
pub use qsh::{canonical_request, qsh};
pub use scopes::Scope;
pub use simulator::{Options, Simulator, StartError};
pub use site::StateError;
pub use spaces::{Audience, Content, ContentKind, Space, Version};
pub use tokens::Mint;
