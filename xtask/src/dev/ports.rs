//! Which ports the app and the site listen on.
//!
//! A site knows the app by its URL and the app knows the site by its own, and both have a port in them. So the ports of
//! the last time are taken again wherever possible: what was installed then is still installed.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

const DEFAULTS: Ports = Ports {
    app: 8787,
    site: 8990,
    services: 8991,
};

/// How many ports are tried after one that is taken.
const NEIGHBOURS: u16 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) app: u16,
    pub(super) site: u16,
    /// Where the site's authorization server and install keys are.
    pub(super) services: u16,
}

/// The ports that the user insists on.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) app: Option<u16>,
    pub(super) site: Option<u16>,
}

#[derive(Debug, Error)]
pub(crate) enum PortsError {
    #[error("port {0} is taken; end the program that listens there, or give another port")]
    Taken(u16),
    #[error(
        "ports {first} to {} are all taken; give others with --port and --site-port",
        .first + NEIGHBOURS
    )]
    NoneNear { first: u16 },
    #[error("could not keep the ports in {file}")]
    Keep { file: PathBuf, source: io::Error },
}

impl Ports {
    /// Chooses three free ports: those wanted, else those noted down in `file`, else the defaults or the next free
    /// ones after them. Notes them down in `file`.
    pub(super) fn choose(wanted: Wanted, file: &Path) -> Result<Self, PortsError> {
        let ports = Self::choose_among(wanted, Self::last(file).unwrap_or(DEFAULTS), is_free)?;
        ports.keep(file).map_err(|source| PortsError::Keep {
            file: file.to_owned(),
            source,
        })?;
        Ok(ports)
    }

    fn choose_among(
        wanted: Wanted,
        usual: Self,
        is_free: impl Fn(u16) -> bool,
    ) -> Result<Self, PortsError> {
        let mut chosen = Vec::from_iter([wanted.app, wanted.site].into_iter().flatten());
        let mut choose = |wanted: Option<u16>, usual: u16| match wanted {
            Some(port) if is_free(port) => Ok(port),
            Some(port) => Err(PortsError::Taken(port)),
            None => {
                let port = (usual..=usual.saturating_add(NEIGHBOURS))
                    .find(|port| !chosen.contains(port) && is_free(*port))
                    .ok_or(PortsError::NoneNear { first: usual })?;
                chosen.push(port);
                Ok(port)
            }
        };
        Ok(Self {
            app: choose(wanted.app, usual.app)?,
            site: choose(wanted.site, usual.site)?,
            services: choose(None, usual.services)?,
        })
    }

    /// The ports of the last time. A file that can't be read counts as none: the defaults do as well.
    fn last(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    fn keep(&self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, serde_json::to_vec(self)?)
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(wanted: Wanted, taken: &[u16]) -> Result<Ports, PortsError> {
        Ports::choose_among(wanted, DEFAULTS, |port| !taken.contains(&port))
    }

    #[test]
    fn a_taken_port_gives_way_to_its_neighbour_and_none_is_given_twice() {
        let ports = choose(Wanted::default(), &[8787, 8990]).unwrap();
        assert_eq!((ports.app, ports.site, ports.services), (8788, 8991, 8992));
    }

    #[test]
    fn a_wanted_port_is_that_port_or_none() {
        let wanted = Wanted {
            app: Some(8990),
            site: None,
        };
        let ports = choose(wanted, &[]).unwrap();
        assert_eq!((ports.app, ports.site, ports.services), (8990, 8991, 8992));
        assert!(matches!(
            choose(wanted, &[8990]),
            Err(PortsError::Taken(8990))
        ));
    }

    #[test]
    fn nothing_free_is_an_error() {
        let all: Vec<u16> = (8787..=8837).collect();
        assert!(matches!(
            choose(Wanted::default(), &all),
            Err(PortsError::NoneNear { first: 8787 })
        ));
    }

    #[test]
    fn the_ports_of_the_last_time_are_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/ports.json");
        assert_eq!(Ports::last(&file), None);
        let ports = Ports {
            app: 1,
            site: 2,
            services: 3,
        };
        ports.keep(&file).unwrap();
        assert_eq!(Ports::last(&file), Some(ports));
    }
}
