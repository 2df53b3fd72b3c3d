//! What only admins see, as a WebAssembly module of its own.

fn main() {
    onbehalf_page::start_admin();
}
