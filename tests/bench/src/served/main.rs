//! What `bench api` measures, in a process of its own: the app's routes as the `api` binary wires them, or the least that
//! could be done in their place. It listens on a port that the system chooses, says which, and counts what it allocates.

mod app;
mod limit;

use std::alloc::System;
use std::io::{Write, stdout};
use std::net::Ipv4Addr;

use axum::routing::get;
use axum::{Json, Router};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Serves on one thread, as the `api` binary works.
#[derive(Debug, Parser)]
struct Arguments {
    routes: Routes,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Routes {
    App,
    Limit,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = match Arguments::parse().routes {
        Routes::App => app::routes().await?,
        Routes::Limit => limit::routes().await.map_err(|error| error.to_string())?,
    };
    let routes: Router = routes.route("/allocations", get(allocations));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let ready = json!({ "baseUrl": format!("http://{}", listener.local_addr()?) });
    writeln!(stdout(), "{ready}")?;
    axum::serve(listener, routes).await?;
    Ok(())
}

/// How often memory was asked for, and how much, since the start.
async fn allocations() -> Json<Value> {
    let stats = ALLOCATOR.stats();
    Json(json!({
        "count": stats.allocations + stats.reallocations,
        "bytes": stats.bytes_allocated,
    }))
}
