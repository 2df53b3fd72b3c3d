use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Waits for all of these, each of which is under way before any has ended. The results come in the order of the futures.
pub async fn at_once<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut under_way: Vec<(Pin<Box<F>>, Option<F::Output>)> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    poll_fn(|context| {
        for (future, ended) in &mut under_way {
            if ended.is_none()
                && let Poll::Ready(output) = future.as_mut().poll(context)
            {
                *ended = Some(output);
            }
        }
        if under_way.iter().all(|(_, ended)| ended.is_some()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    under_way
        .into_iter()
        .filter_map(|(_, ended)| ended)
        .collect()
}
