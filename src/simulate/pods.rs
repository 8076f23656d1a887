//! Where pods go: bound by the scheduler, taken away by the autoscaler, evicted by the kubelet and from lost nodes
//! (specification, 3 and 4).

use super::cluster::Topology;
use super::drives::Drives;
use super::world::States;

/// Seconds without a heartbeat until pods are evicted: 50 s until NotReady, 300 s of toleration.
const EMPTIED_AFTER_SECS: f64 = 350.0;
/// Where at least this share of a zone's nodes is lost, nothing is evicted from them.
const ZONE_LOST: f64 = 0.55;

/// Moves the pods of one cluster for one step; answers how many were made, deleted or evicted.
pub(super) fn move_pods(
    c: usize,
    topology: &Topology,
    states: &mut States,
    drives: &Drives,
    step_secs: f64,
) -> f64 {
    let evicted = empty_lost_nodes(c, topology, states, step_secs)
        + evict_under_pressure(c, topology, states, step_secs);
    let cluster = &topology.clusters[c];
    let mut moved = evicted;
    let mut budget = states.clusters[c].bind_budget;
    let blocked = drives.clusters[c].blocked;
    let memory_limit = cluster.memory_limit - 0.08;
    let has_room = |n: usize, states: &States| {
        let node = &topology.nodes[n];
        let on_it: f64 = states.placements[node.placements.clone()]
            .iter()
            .map(|p| p.pods)
            .sum();
        let room = (node.most_pods - node.usual_pods) * (1.0 - blocked);
        let state = &states.nodes[n];
        state.takes_pods() && on_it < node.usual_pods + room && state.memory_rest < memory_limit
    };
    for w in cluster.workloads.clone() {
        let placements = &topology.workloads[w].placements;
        let (mut bound, mut ready, mut alive) = (0.0, 0.0, 0.0);
        for &e in placements {
            let state = &states.placements[e as usize];
            bound += state.pods;
            ready += state.ready;
            alive += if state.pods > 0.0 { 1.0 } else { 0.0 };
        }
        let wanted = states.workloads[w].replicas;
        // Placements that lost their pods get some back, one by one.
        if (alive as usize) < placements.len() {
            moved += even_out(placements, topology, states);
        }
        while bound > wanted {
            // The fullest gives one up.
            let Some(e) = extreme(placements, states, |pods| pods, |_| true) else {
                break;
            };
            if states.placements[e].pods <= 1.0 {
                break;
            }
            states.placements[e].pods -= 1.0;
            bound -= 1.0;
            moved += 1.0;
        }
        let (mut homeless, mut elsewhere) = (0.0, 0.0);
        while bound < wanted {
            let fits = |e: usize| has_room(topology.placements[e].node, states);
            match extreme(placements, states, |pods| -pods, fits) {
                Some(e) if budget >= 1.0 => {
                    states.placements[e].bind(1.0);
                    budget -= 1.0;
                    bound += 1.0;
                    moved += 1.0;
                }
                Some(_) => break,
                None => {
                    // Where another node has room they run there, beside what is simulated.
                    if !cluster.nodes.clone().any(|n| has_room(n, states)) {
                        homeless = wanted - bound;
                    }
                    elsewhere = wanted - bound - homeless;
                    break;
                }
            }
        }
        let of = &mut states.workloads[w];
        of.bound = bound;
        of.ready = ready;
        of.pending = wanted - bound - homeless - elsewhere;
        of.homeless = homeless;
    }
    moved
}

/// The placement with the highest value of its pods among those that pass.
fn extreme(
    placements: &[u32],
    states: &States,
    value: impl Fn(f64) -> f64,
    passes: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut best = None;
    for &e in placements {
        let e = e as usize;
        let v = value(states.placements[e].pods);
        if best.is_none_or(|(_, b)| v > b) && passes(e) {
            best = Some((e, v));
        }
    }
    best.map(|(e, _)| e)
}

/// A placement without pods on a node that takes some gets one from the fullest.
fn even_out(placements: &[u32], topology: &Topology, states: &mut States) -> f64 {
    let empty = placements.iter().map(|&e| e as usize).find(|&e| {
        states.placements[e].pods == 0.0 && states.nodes[topology.placements[e].node].takes_pods()
    });
    let fullest = extreme(placements, states, |pods| pods, |_| true);
    let (Some(to), Some(from)) = (empty, fullest) else {
        return 0.0;
    };
    if states.placements[from].pods < 2.0 {
        return 0.0;
    }
    let count = (states.placements[from].pods / 2.0)
        .floor()
        .min(topology.placements[to].pods);
    states.placements[from].pods -= count;
    states.placements[to].bind(count);
    2.0 * count
}

/// Five minutes after a node was lost its pods are evicted: they stay there, terminating, and are made anew elsewhere.
fn empty_lost_nodes(c: usize, topology: &Topology, states: &mut States, step_secs: f64) -> f64 {
    let nodes = topology.clusters[c].nodes.clone();
    let mut evicted = 0.0;
    // At most 0.1 nodes a second.
    let mut budget = (0.1 * step_secs).ceil();
    for n in nodes.clone() {
        let (lost_secs, emptied) = (states.nodes[n].lost_secs, states.nodes[n].emptied);
        if lost_secs == 0.0 {
            if emptied {
                states.nodes[n].emptied = false;
                for e in topology.nodes[n].placements.clone() {
                    // A daemon's pod and the first of the others are back with it.
                    states.placements[e].stuck = 0.0;
                    states.placements[e].bind(1.0);
                }
            }
            continue;
        }
        if emptied || lost_secs < EMPTIED_AFTER_SECS || budget < 1.0 {
            continue;
        }
        let zone = topology.nodes[n].zone;
        let in_zone = nodes.clone().filter(|&m| topology.nodes[m].zone == zone);
        let (mut all, mut lost) = (0.0, 0.0);
        for m in in_zone {
            all += 1.0;
            lost += if states.nodes[m].ready { 0.0 } else { 1.0 };
        }
        // A zone of one node is no zone.
        if all > 1.0 && lost / all >= ZONE_LOST {
            continue;
        }
        budget -= 1.0;
        states.nodes[n].emptied = true;
        for e in topology.nodes[n].placements.clone() {
            let state = &mut states.placements[e];
            evicted += state.pods;
            state.stuck = state.pods;
            state.pods = 0.0;
            state.ready = 0.0;
        }
        states.nodes[n].evictions += evicted;
    }
    evicted
}

/// Under pressure of memory or disk the kubelet evicts, every ten seconds the pod that is furthest over its request, and leaves
/// half of what is usual.
fn evict_under_pressure(c: usize, topology: &Topology, states: &mut States, step_secs: f64) -> f64 {
    let mut evicted = 0.0;
    for n in topology.clusters[c].nodes.clone() {
        let (state, cluster) = (&states.nodes[n], &topology.clusters[c]);
        let for_memory = state.has_memory_pressure() && state.memory > cluster.memory_limit + 0.02;
        let for_disk = state.has_disk_pressure() && state.disk > cluster.disk_limit;
        if !for_memory && !for_disk {
            continue;
        }
        for _ in 0..(step_secs / 20.0).ceil() as u32 {
            let mut worst: Option<(usize, f64)> = None;
            for e in topology.nodes[n].placements.clone() {
                let state = &states.placements[e];
                let keeps = (0.5 * topology.placements[e].pods).max(1.0);
                if state.pods > keeps && worst.is_none_or(|(_, memory)| state.memory > memory) {
                    worst = Some((e, state.memory));
                }
            }
            let Some((e, _)) = worst else { break };
            states.placements[e].pods -= 1.0;
            states.nodes[n].evictions += 1.0;
            evicted += 1.0;
        }
    }
    evicted
}
