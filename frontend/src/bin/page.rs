//! The page for everybody, as a WebAssembly module.

fn main() {
    onbehalf_page::start();
}
