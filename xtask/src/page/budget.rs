//! What the page weighs, and how much it may.

use std::{fmt, fs, io, path::Path};

use thiserror::Error;

use super::{
    PageError,
    assets::{self, Manifest},
    at, words,
};

/// What a browser may have to fetch before the page works: HTML with the words of one language, script, style and
/// WebAssembly, in bytes of Brotli.
const BUDGET: u64 = 100_000;

/// What is kept for the HTML around the words. The backend makes it for each visit, with the notice and the visitor's
/// state in it, so there is no file to weigh: with three acts it was 1.1 (English) to 1.2 kB (Russian), and a longer
/// notice or name leaves it below this.
const HTML: u64 = 1_500;

#[derive(Debug, Error)]
#[error("the page weighs {total} bytes in Brotli, {} more than its budget of {BUDGET}", .total - BUDGET)]
pub(crate) struct OverBudget {
    total: u64,
}

/// What each file of the page weighs. Its `Display` is a table.
pub(super) struct Sizes {
    counted: Vec<Size>,
    /// What only admins fetch, and only where they look at it.
    admin: Vec<Size>,
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
    let size = |path: &str| weigh(&folder.join(path.trim_start_matches('/')));
    Ok(Sizes {
        counted: vec![
            size(&manifest.script)?,
            size(&manifest.wasm)?,
            size(&manifest.style)?,
            heaviest_words(folder)?,
        ],
        admin: vec![
            size(&manifest.admin.script)?,
            size(&manifest.admin.wasm)?,
            size(&manifest.admin.style)?,
        ],
        uncounted: vec![size("atlassian-connect/all.js")?],
    })
}

/// The words of the language that has the most to say, which are sent in the HTML.
fn heaviest_words(folder: &Path) -> Result<Size, PageError> {
    let mut heaviest: Option<Size> = None;
    for file in words::files(&folder.join(words::FOLDER))? {
        let size = weigh(&file)?;
        if heaviest
            .as_ref()
            .is_none_or(|most| size.brotli > most.brotli)
        {
            heaviest = Some(size);
        }
    }
    let missing = || at(&folder.join(words::FOLDER))(io::ErrorKind::NotFound.into());
    heaviest.ok_or_else(missing)
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
        writeln!(
            out,
            "{:<34}{:>10}{HTML:>10}",
            "HTML around them (kept for it)", ""
        )?;
        writeln!(
            out,
            "{:<34}{:>10}{:>10}",
            format!("total, of at most {BUDGET}"),
            "",
            self.total()
        )?;
        for Size { name, raw, brotli } in &self.admin {
            writeln!(
                out,
                "{:<34}{raw:>10}{brotli:>10}",
                format!("{name} (admins)")
            )?;
        }
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

fn weigh(file: &Path) -> Result<Size, PageError> {
    let name = file.file_name().unwrap_or_default();
    Ok(Size {
        name: name.to_string_lossy().into_owned(),
        raw: length(file)?,
        brotli: length(&assets::compressed(file))?,
    })
}

fn length(file: &Path) -> Result<u64, PageError> {
    Ok(fs::metadata(file).map_err(at(file))?.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{
        super::assets::{Admin, path},
        *,
    };

    fn page(brotli: u64) -> Sizes {
        let size = |brotli| Size {
            name: "page.wasm".to_owned(),
            raw: 3 * brotli,
            brotli,
        };
        Sizes {
            counted: vec![size(brotli)],
            admin: vec![size(BUDGET)],
            uncounted: vec![size(BUDGET)],
        }
    }

    #[test]
    fn each_file_counts_and_of_the_words_those_of_one_language() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, brotli: usize| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            fs::write(assets::compressed(&file), vec![0; brotli]).unwrap();
        };
        let manifest = Manifest {
            script: path("page.js"),
            wasm: path("page.wasm"),
            style: path("page.css"),
            admin: Admin {
                script: path("admin.js"),
                wasm: path("admin.wasm"),
                style: path("admin.css"),
                words: BTreeMap::new(),
            },
        };
        manifest.write(folder.path()).unwrap();
        write("assets/page.js", 1);
        write("assets/page.wasm", 20);
        write("assets/page.css", 300);
        for name in ["js", "wasm", "css"] {
            write(&format!("assets/admin.{name}"), 50_000);
        }
        write("atlassian-connect/all.js", 90_000);
        write("words/de.json", 3_000);
        write("words/en.json", 2_000);
        write("words/ru.json", 4_000);
        assert_eq!(measure(folder.path()).unwrap().total(), 4_321 + HTML);

        fs::remove_dir_all(folder.path().join("words")).unwrap();
        assert!(measure(folder.path()).is_err());
        fs::create_dir(folder.path().join("words")).unwrap();
        assert!(measure(folder.path()).is_err());
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
