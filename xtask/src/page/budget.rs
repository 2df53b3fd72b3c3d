//! What the page weighs, and how much it may.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{
    PageError,
    assets::{self, Manifest},
    at,
};

/// What a browser may have to fetch before the page works: HTML, script, style and WebAssembly, in bytes of Brotli.
const BUDGET: u64 = 100_000;

/// What is kept for the HTML. The backend makes it for each visit, with the visitor's state in it, so there is no
/// file to weigh; Alice's was 0.7 kB, and a longer notice or name leaves it below this.
const HTML: u64 = 1_500;

#[derive(Debug, Error)]
#[error("the page weighs {total} bytes in Brotli, {} more than its budget of {BUDGET}", .total - BUDGET)]
pub(crate) struct OverBudget {
    total: u64,
}

/// What each file of the page weighs. Its `Display` is a table.
pub(super) struct Sizes {
    counted: Vec<Size>,
    /// The bridge. All Connect apps load it from one place, so that a browser has it before it sees this page.
    uncounted: Vec<Size>,
}

struct Size {
    name: String,
    /// In bytes.
    raw: u64,
    /// In bytes.
    brotli: u64,
}

/// Weighs the page in `folder`.
pub(super) fn measure(folder: &Path) -> Result<Sizes, PageError> {
    let manifest = Manifest::read(folder)?;
    let size = |path: &str| weigh(folder, path.trim_start_matches('/'));
    Ok(Sizes {
        counted: vec![
            size(&manifest.script)?,
            size(&manifest.wasm)?,
            size(&manifest.style)?,
        ],
        uncounted: vec![size("atlassian-connect/all.js")?],
    })
}

impl Sizes {
    /// Refuses a page that is too heavy.
    pub(super) fn check(&self) -> Result<(), OverBudget> {
        let total = self.total();
        if total > BUDGET {
            return Err(OverBudget { total });
        }
        Ok(())
    }

    fn total(&self) -> u64 {
        HTML + self.counted.iter().map(|size| size.brotli).sum::<u64>()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<34}{:>10}{:>10}", "", "bytes", "Brotli")?;
        for Size { name, raw, brotli } in &self.counted {
            writeln!(out, "{name:<34}{raw:>10}{brotli:>10}")?;
        }
        writeln!(out, "{:<34}{:>10}{HTML:>10}", "HTML (kept for it)", "")?;
        writeln!(
            out,
            "{:<34}{:>10}{:>10}",
            format!("total, of at most {BUDGET}"),
            "",
            self.total()
        )?;
        for Size { name, raw, brotli } in &self.uncounted {
            writeln!(
                out,
                "{:<34}{raw:>10}{brotli:>10}",
                format!("{name} (not counted)")
            )?;
        }
        Ok(())
    }
}

fn weigh(folder: &Path, path: &str) -> Result<Size, PageError> {
    let file = folder.join(path);
    Ok(Size {
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        raw: length(&file)?,
        brotli: length(&assets::compressed(&file))?,
    })
}

fn length(file: &PathBuf) -> Result<u64, PageError> {
    Ok(fs::metadata(file).map_err(at(file))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(brotli: u64) -> Sizes {
        let size = |brotli| Size {
            name: "page.wasm".to_owned(),
            raw: 3 * brotli,
            brotli,
        };
        Sizes {
            counted: vec![size(brotli)],
            uncounted: vec![size(BUDGET)],
        }
    }

    #[test]
    fn the_html_counts_and_the_bridge_does_not() {
        assert!(page(BUDGET - HTML).check().is_ok());
        let over = page(BUDGET - HTML + 7).check().unwrap_err();
        assert!(
            over.to_string()
                .contains("100007 bytes in Brotli, 7 more than")
        );
    }
}
