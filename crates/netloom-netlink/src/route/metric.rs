//! The metrics of a route (`RTAX_*`).

use super::METRICS;
use crate::{Attributes, Writer, u32_at};
use netloom_model::route::RouteMetrics;

/// The bits that lock metrics, and that of the MTU.
const LOCK: u16 = 1;
const MTU_LOCKED: u32 = 1 << 2;

/// The metrics by their numbers.
const fn fields(metrics: &mut RouteMetrics) -> [(u16, &mut u32); 8] {
    [
        (2, &mut metrics.mtu),
        (3, &mut metrics.window),
        (4, &mut metrics.rtt),
        (8, &mut metrics.advmss),
        (10, &mut metrics.hoplimit),
        (11, &mut metrics.initcwnd),
        (14, &mut metrics.initrwnd),
        (15, &mut metrics.quickack),
    ]
}

/// Writes those that are set.
pub(super) fn put(message: &mut Writer, metrics: &RouteMetrics) {
    let mut inner = Writer::new(&[]);
    if metrics.mtu_lock {
        inner.u32(LOCK, MTU_LOCKED);
    }
    for (kind, value) in fields(&mut metrics.clone()) {
        if *value != 0 {
            inner.u32(kind, *value);
        }
    }
    if !inner.bytes().is_empty() {
        message.put(METRICS, inner.bytes());
    }
}

/// Reads them.
pub(super) fn decode(attributes: Attributes<'_>) -> RouteMetrics {
    let mut metrics = RouteMetrics::default();
    for (kind, value) in attributes {
        let value = u32_at(value, 0).unwrap_or(0);
        if kind == LOCK {
            metrics.mtu_lock = value & MTU_LOCKED != 0;
        }
        for (_, field) in fields(&mut metrics)
            .into_iter()
            .filter(|(own, _)| *own == kind)
        {
            *field = value;
        }
    }
    metrics
}
