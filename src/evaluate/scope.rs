//! Kinds of issue that hit a whole cluster or node are one incident there, not one for each of its pods, and are paged
//! once. What a kind hits is learned from the incidents of the training part.

use ndarray::{Array2, ArrayView2};

use super::alert::Tracks;
use crate::data::{SortedSet, sort_by};
use crate::prepare::Episode;

/// The group of an entity that belongs to none.
pub const NO_GROUP: u32 = u32::MAX;
/// A kind hits a whole group where so large a share of its incidents came together with as large a share of the group.
const TOGETHER: f64 = 0.5;

/// Entities that may be hit together: those of one cluster, or on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// The column that tells them.
    pub column: String,
    /// Each entity's group, or [`NO_GROUP`].
    pub of_entity: Vec<u32>,
    /// The groups' names.
    pub names: Vec<String>,
}

/// What each kind hits, and incidents by that.
#[derive(Clone, Debug, PartialEq)]
pub struct Scopes {
    groups: Vec<Groups>,
    /// For each kind asked about: which of the groups; none for single entities.
    of_kind: Vec<(u32, Option<usize>)>,
    entities: u32,
}

impl Scopes {
    /// Everything is about single entities.
    pub fn single(kinds: &[u32], entities: u32) -> Self {
        Self {
            groups: Vec::new(),
            of_kind: kinds.iter().map(|&k| (k, None)).collect(),
            entities,
        }
    }

    /// Learns what each kind hits: the first of `groups` (the widest stand first) of which half or more was hit within
    /// `near_micros` in half or more of the kind's incidents. Groups of one entity say nothing, nor do groups that leave an
    /// entity out.
    pub fn learn(
        groups: Vec<Groups>,
        kinds: &[u32],
        entities: u32,
        episodes: &[Episode],
        near_micros: i64,
    ) -> Self {
        let of_kind = kinds
            .iter()
            .map(|&kind| {
                let found = groups
                    .iter()
                    .position(|g| hits_groups(g, kind, episodes, near_micros));
                (kind, found)
            })
            .collect();
        Self {
            groups,
            of_kind,
            entities,
        }
    }

    /// The column whose groups a kind hits; none where it hits single entities, or is not known.
    pub fn column(&self, kind: u32) -> Option<&str> {
        self.group(kind).map(|g| self.groups[g].column.as_str())
    }

    /// The name of what a page or an incident is about, where that is a group: its number lies beyond the entities'.
    pub fn name(&self, entity: u32) -> Option<&str> {
        let mut at = entity.checked_sub(self.entities)? as usize;
        for g in &self.groups {
            match g.names.get(at) {
                Some(name) => return Some(name),
                None => at -= g.names.len(),
            }
        }
        None
    }

    /// Whether a page or an incident is about an entity, or about a group that it is of.
    pub fn covers(&self, about: u32, entity: u32) -> bool {
        about == entity || self.groups_of(entity).any(|group| group == about)
    }

    /// The entities that a page or an incident is about.
    pub fn members(&self, about: u32) -> Vec<u32> {
        match about < self.entities {
            true => vec![about],
            false => (0..self.entities)
                .filter(|&entity| self.covers(about, entity))
                .collect(),
        }
    }

    /// Whether two entities are of one group that some kind hits.
    pub fn share(&self, entity: u32, other: u32) -> bool {
        self.of_kind.iter().any(|&(kind, group)| {
            group.is_some() && self.about(kind, entity) == self.about(kind, other)
        })
    }

    /// What is paged of a kind where this entity is hit: its group, or itself.
    pub fn about(&self, kind: u32, entity: u32) -> u32 {
        let group = self.group(kind).and_then(|g| {
            let group = self.groups[g].of_entity.get(entity as usize).copied()?;
            (group != NO_GROUP).then(|| self.entity(g, group))
        });
        group.unwrap_or(entity)
    }

    /// The numbers of the groups that an entity is of.
    fn groups_of(&self, entity: u32) -> impl Iterator<Item = u32> {
        self.groups
            .iter()
            .enumerate()
            .filter_map(move |(at, groups)| {
                let group = groups.of_entity.get(entity as usize).copied()?;
                (group != NO_GROUP).then(|| self.entity(at, group))
            })
    }

    fn group(&self, kind: u32) -> Option<usize> {
        self.of_kind.iter().find(|k| k.0 == kind).and_then(|k| k.1)
    }

    /// The number that a group has among the entities.
    fn entity(&self, groups: usize, group: u32) -> u32 {
        let before: usize = self.groups[..groups].iter().map(|g| g.names.len()).sum();
        self.entities + before as u32 + group
    }

    /// Incidents by what their kind hits: those of a group that overlap, or set in within `near_micros`, are one.
    pub fn merge(&self, episodes: &[Episode], near_micros: i64) -> Vec<Episode> {
        let mut out: Vec<Episode> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut sorted = episodes.to_vec();
        sort_by(&mut sorted, |a, b| {
            (a.start, a.entity, a.kind).cmp(&(b.start, b.entity, b.kind))
        });
        for e in sorted {
            let groups = self.group(e.kind);
            let group = groups.map_or(NO_GROUP, |g| {
                let of = &self.groups[g].of_entity;
                of.get(e.entity as usize).copied().unwrap_or(NO_GROUP)
            });
            let (Some(groups), true) = (groups, group != NO_GROUP) else {
                out.push(e);
                continue;
            };
            let entity = self.entity(groups, group);
            open.retain(|&at| e.start <= out[at].end.saturating_add(near_micros));
            let known = open
                .iter()
                .copied()
                .find(|&at| (out[at].entity, out[at].kind) == (entity, e.kind));
            match known {
                Some(at) => {
                    let known = &mut out[at];
                    known.end = known.end.max(e.end);
                    known.rows = known.rows.saturating_add(e.rows);
                    known.censored_start |= e.censored_start;
                    known.censored_end |= e.censored_end;
                }
                None => {
                    open.push(out.len());
                    out.push(Episode { entity, ..e });
                }
            }
        }
        out
    }

    /// The tracks of the groups that some kind hits, behind those of the entities, and how their scores are made.
    pub fn tracks(&self, entities: Tracks, rows: usize) -> ScopedTracks {
        let mut out = ScopedTracks {
            tracks: entities,
            rows,
            starts: vec![0],
            members: Vec::new(),
            of: Vec::new(),
        };
        let used: SortedSet<usize> = self.of_kind.iter().filter_map(|k| k.1).collect();
        let single = out.tracks.clone();
        for &groups in &used {
            for group in 0..self.groups[groups].names.len() as u32 {
                let of = &self.groups[groups].of_entity;
                let mut seen: Vec<(i64, u32)> = single
                    .each()
                    .filter(|row| of.get(row.0 as usize) == Some(&group))
                    .map(|(_, at, row)| (at, row))
                    .collect();
                if seen.is_empty() {
                    continue;
                }
                sort_by(&mut seen, |a, b| a.cmp(b));
                let mut track = Vec::new();
                let mut last = None;
                for (at, row) in seen {
                    if last.replace(at) != Some(at) {
                        track.push(((rows + out.of.len()) as u32, at));
                        out.of.push(groups);
                        out.starts.push(out.members.len() as u32);
                    }
                    out.members.push(row);
                    if let Some(end) = out.starts.last_mut() {
                        *end = out.members.len() as u32;
                    }
                }
                out.tracks.add(self.entity(groups, group), &track);
            }
        }
        out
    }

    /// Scores as the tracks want them: rows x kinds of the entities, then a row for each instant of each group, the mean of
    /// its entities' scores; `NaN` where a kind does not hit what the row is about.
    pub fn scores(
        &self,
        of: &ScopedTracks,
        kinds: &[u32],
        scores: ArrayView2<'_, f64>,
    ) -> Array2<f64> {
        let scope: Vec<Option<usize>> = kinds.iter().map(|&k| self.group(k)).collect();
        Array2::from_shape_fn((of.rows + of.of.len(), kinds.len()), |(row, k)| {
            let Some(at) = row.checked_sub(of.rows) else {
                return match scope[k] {
                    None => scores[(row, k)],
                    Some(_) => f64::NAN,
                };
            };
            if scope[k] != Some(of.of[at]) {
                return f64::NAN;
            }
            let members = &of.members[of.starts[at] as usize..of.starts[at + 1] as usize];
            let (mut n, mut sum) = (0.0, 0.0);
            for &member in members {
                let score = scores[(member as usize, k)];
                if score.is_finite() {
                    (n, sum) = (n + 1.0, sum + score);
                }
            }
            sum / n
        })
    }
}

/// Tracks of entities and of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopedTracks {
    /// All of them.
    pub tracks: Tracks,
    rows: usize,
    /// Which groups each row beyond `rows` is of, and the entities' rows that make it.
    of: Vec<usize>,
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl ScopedTracks {
    /// The entities' rows that a group's row is the mean of; none of an entity's own row.
    pub fn members(&self, row: usize) -> &[u32] {
        let bounds = row.checked_sub(self.rows).and_then(|at| {
            Some(*self.starts.get(at)? as usize..*self.starts.get(at + 1)? as usize)
        });
        bounds
            .and_then(|bounds| self.members.get(bounds))
            .unwrap_or_default()
    }
}

fn hits_groups(groups: &Groups, kind: u32, episodes: &[Episode], near_micros: i64) -> bool {
    if groups.of_entity.contains(&NO_GROUP) {
        return false;
    }
    let of = |entity: u32| {
        let group = groups.of_entity.get(entity as usize).copied();
        group.filter(|&g| g != NO_GROUP)
    };
    let mut size = vec![0_usize; groups.names.len()];
    for &g in &groups.of_entity {
        if let Some(size) = size.get_mut(g as usize) {
            *size += 1;
        }
    }
    let (mut asked, mut together) = (0_usize, 0_usize);
    let of_kind = || episodes.iter().filter(|e| e.kind == kind);
    for e in of_kind() {
        let Some(group) = of(e.entity) else { continue };
        let Some(&size) = size.get(group as usize).filter(|s| **s > 1) else {
            continue;
        };
        let near = |o: &&Episode| {
            of(o.entity) == Some(group)
                && o.start.saturating_sub(e.start).saturating_abs() <= near_micros
        };
        let hit: SortedSet<u32> = of_kind().filter(near).map(|o| o.entity).collect();
        asked += 1;
        together += usize::from(hit.len() as f64 >= TOGETHER * size as f64 && hit.len() > 1);
    }
    asked > 0 && together as f64 >= TOGETHER * asked as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::{MINUTE_MICROS, Series};

    fn episode(entity: u32, kind: u32, start: i64, end: i64) -> Episode {
        Episode {
            entity,
            kind,
            start: start * MINUTE_MICROS,
            end: end * MINUTE_MICROS,
            rows: (end - start + 1) as u32,
            censored_start: false,
            censored_end: false,
        }
    }

    /// Pods 0, 1, 2 in one cluster, 3 and 4 in another. Kind 1 hits clusters (once a pod was spared), kind 2 single pods.
    fn told() -> (Scopes, Vec<Episode>) {
        let groups = Groups {
            column: "cluster".to_owned(),
            of_entity: vec![0, 0, 0, 1, 1],
            names: vec!["a".to_owned(), "b".to_owned()],
        };
        let episodes = vec![
            episode(0, 1, 100, 110),
            episode(1, 1, 101, 112),
            episode(3, 1, 200, 210),
            episode(4, 1, 200, 209),
            episode(2, 2, 300, 310),
            episode(4, 2, 400, 410),
        ];
        let near = 5 * MINUTE_MICROS;
        (
            Scopes::learn(vec![groups], &[1, 2], 5, &episodes, near),
            episodes,
        )
    }

    #[test]
    fn what_hits_a_cluster_is_one_incident() {
        let (scopes, episodes) = told();
        assert_eq!(
            (scopes.column(1), scopes.column(2), scopes.column(9)),
            (Some("cluster"), None, None)
        );
        let merged = scopes.merge(&episodes, 5 * MINUTE_MICROS);
        let told: Vec<_> = merged
            .iter()
            .map(|e| {
                (
                    e.entity,
                    e.kind,
                    e.start / MINUTE_MICROS,
                    e.end / MINUTE_MICROS,
                    e.rows,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (5, 1, 100, 112, 23),
                (6, 1, 200, 210, 21),
                (2, 2, 300, 310, 11),
                (4, 2, 400, 410, 11)
            ]
        );
        assert_eq!(
            (
                scopes.name(5),
                scopes.name(6),
                scopes.name(7),
                scopes.name(4)
            ),
            (Some("a"), Some("b"), None, None)
        );
        let covered = |about| {
            (0..5)
                .filter(|&e| scopes.covers(about, e))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (covered(5), covered(6), covered(2)),
            (vec![0, 1, 2], vec![3, 4], vec![2])
        );
        assert_eq!((scopes.about(1, 1), scopes.about(2, 1)), (5, 1));
        assert!(scopes.share(0, 2) && !scopes.share(0, 3));
        assert_eq!(
            (scopes.members(6), scopes.members(2), scopes.members(7)),
            (vec![3, 4], vec![2], vec![])
        );
        assert_eq!(Scopes::single(&[1, 2], 5).merge(&episodes, 0).len(), 6);
    }

    #[test]
    fn a_cluster_scores_the_mean_of_its_pods() {
        let (scopes, _) = told();
        // Pods 0 and 1 at minutes 0 and 1, pod 3 at minute 0.
        let columns = vec![
            Column::time("at", [0, 0, 0, 1, 1].map(|m| m * MINUTE_MICROS).to_vec()),
            Column::category("pod", ["p0", "p1", "p3", "p0", "p1"]),
        ];
        let frame = Frame::new("t", columns).unwrap();
        let mut series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        // The third pod seen is the fourth of the table above.
        for e in &mut series.of_row {
            *e = if *e == 2 { 3 } else { *e };
        }
        series.names = ["p0", "p1", "p2", "p3", "p4"].map(str::to_owned).to_vec();
        series.starts = vec![0, 2, 4, 4, 5, 5];
        let rows: Vec<u32> = (0..5).collect();
        let of = scopes.tracks(Tracks::new(&series, &rows), 5);
        let seen: Vec<_> = of
            .tracks
            .seen()
            .map(|s| (s.0, s.2 / MINUTE_MICROS))
            .collect();
        assert_eq!(seen, [(0, 1), (1, 1), (3, 0), (5, 1), (6, 0)]);
        let scores = ndarray::array![
            [0.2, 0.9],
            [0.4, 0.8],
            [0.5, 0.7],
            [0.6, 0.1],
            [f64::NAN, 0.2]
        ];
        let made = scopes.scores(&of, &[1, 2], scores.view());
        assert_eq!(made.dim(), (8, 2));
        assert_eq!((of.members(4), of.members(5).len()), (&[][..], 2));
        assert_eq!((of.members(7).len(), of.members(8)), (1, &[][..]));
        for row in 0..5 {
            assert!(made[(row, 0)].is_nan());
            assert_eq!(made[(row, 1)], scores[(row, 1)]);
        }
        let clusters: Vec<f64> = (5..8).map(|row| made[(row, 0)]).collect();
        assert!((clusters[0] - 0.3).abs() < 1e-15 && clusters[1] == 0.6 && clusters[2] == 0.5);
        assert!((5..8).all(|row| made[(row, 1)].is_nan()));
    }
}
