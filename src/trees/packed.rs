//! A tree in few bits: depth first, so that no child needs a number.
//!
//! ```text
//! u32     nodes
//! u16     sets, each of 4 x u64
//! bits    for each node, depth first, least significant bit first:
//!         leaf? 1
//!         split: feature (as many bits as the largest needs), set? 1 (only where the tree has sets),
//!                set: its place 12; else: bin 8, missing left? 1
//!         leaf:  gradient tree: its value, 32; else: pure? 1,
//!                pure: class; else: classes present less one, then for each its number and its share, 16
//! ```
//!
//! A forest's shares are whole 65,535ths from the day they are grown ([`share`]), so that nothing is lost here.

use super::tree::{MOST_SETS, NodeKind};
use super::{BytesError, Node, Reader, Tree, TreeError, Writer};

const SHARES: f32 = 65_535.0;

/// A class's share of a leaf (0 to 1) as a leaf keeps it: the nearest of 65,536 steps, so that a file holds it in 16 bits.
pub(crate) fn share(exact: f64) -> f32 {
    (exact * f64::from(SHARES) + 0.5).floor() as f32 / SHARES
}

/// Bits that number `count` things.
fn bits_for(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

struct BitWriter {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter {
    /// At most 32 bits.
    fn put(&mut self, value: u32, bits: u32) {
        self.held |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.held as u8);
        }
        self.bytes
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl BitReader<'_> {
    /// At most 32 bits; `None` where they end.
    #[inline]
    fn take(&mut self, bits: u32) -> Option<u32> {
        while self.count < bits {
            self.held |= u64::from(*self.bytes.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let value = self.held & ((1 << bits) - 1);
        self.held >>= bits;
        self.count -= bits;
        Some(value as u32)
    }
}

impl Tree {
    /// Writes it, as a tree over `features` features; `classes` is 0 for a gradient tree.
    pub fn write(&self, w: &mut Writer, features: usize, classes: usize) {
        w.len(self.nodes.len());
        w.u16(self.sets.len() as u16);
        self.sets.iter().flatten().for_each(|&word| w.u64(word));
        let (feature_bits, class_bits) = (bits_for(features), bits_for(classes));
        let mut bits = BitWriter {
            bytes: Vec::with_capacity(self.nodes.len() * 2),
            held: 0,
            count: 0,
        };
        // Depth first: as they stand, but for siblings, which stand side by side.
        let mut pending = vec![0_usize];
        while let Some(at) = pending.pop() {
            let node = self.nodes[at];
            match self.kind(at) {
                NodeKind::Split {
                    feature,
                    bin,
                    missing_left,
                    left,
                } => {
                    bits.put(0, 1);
                    bits.put(feature as u32, feature_bits);
                    if !self.sets.is_empty() {
                        bits.put(0, 1);
                    }
                    bits.put(u32::from(bin) | u32::from(missing_left) << 8, 9);
                    pending.extend([left + 1, left]);
                }
                NodeKind::SetSplit { feature, left, .. } => {
                    bits.put(0, 1);
                    bits.put(feature as u32, feature_bits);
                    bits.put(1, 1);
                    bits.put(node.set_place() as u32, 12);
                    pending.extend([left + 1, left]);
                }
                NodeKind::Pure { class } => {
                    bits.put(0b11, 2);
                    bits.put(class as u32, class_bits);
                }
                NodeKind::Values(values) if classes == 0 => {
                    bits.put(1, 1);
                    values.iter().for_each(|x| bits.put(x.to_bits(), 32));
                }
                NodeKind::Values(values) => {
                    bits.put(0b01, 2);
                    let present = values.iter().filter(|x| **x > 0.0).count();
                    bits.put(present.saturating_sub(1) as u32, class_bits);
                    for (class, &x) in values.iter().enumerate().filter(|(_, x)| **x > 0.0) {
                        bits.put(class as u32, class_bits);
                        bits.put((x * SHARES + 0.5) as u32, 16);
                    }
                }
            }
        }
        w.bytes(&bits.finish());
    }

    /// Reads and checks what [`Tree::write`] wrote.
    pub fn read(r: &mut Reader<'_>, features: usize, classes: usize) -> Result<Self, TreeError> {
        let at = r.at();
        let expected = r.u32()? as usize;
        let n_sets = usize::from(r.u16()?);
        if n_sets > MOST_SETS {
            return Err(TreeError::Range {
                node: 0,
                what: "set",
                index: n_sets as u64,
                count: MOST_SETS as u64,
            });
        }
        let mut sets = Vec::new();
        for _ in 0..n_sets {
            sets.push([r.u64()?, r.u64()?, r.u64()?, r.u64()?]);
        }
        let bytes = r.bytes()?;
        // A node takes more than two bits: what a file claims is no reason to allocate.
        let mut tree = Self {
            nodes: Vec::with_capacity(expected.min(bytes.len().saturating_mul(4))),
            values: Vec::new(),
            width: classes.max(1),
            sets,
        };
        let end = BytesError::End {
            at: at + bytes.len(),
            missing: 1,
        };
        let mut bits = BitReader {
            bytes,
            at: 0,
            held: 0,
            count: 0,
        };
        tree.unpack(&mut bits, features, classes, expected)
            .ok_or(end)?;
        let left = bytes.len() - bits.at;
        if tree.nodes.len() != expected || left > 0 || bits.held != 0 {
            return Err(TreeError::Structure {
                node: tree.nodes.len(),
            });
        }
        tree.check(features, classes)?;
        Ok(tree)
    }

    /// `None` where the bits end, or say more nodes than expected.
    fn unpack(
        &mut self,
        bits: &mut BitReader<'_>,
        features: usize,
        classes: usize,
        expected: usize,
    ) -> Option<()> {
        let (feature_bits, class_bits) = (bits_for(features), bits_for(classes));
        self.nodes.push(Node::pure(0));
        let mut pending = vec![0_usize];
        while let Some(at) = pending.pop() {
            if bits.take(1)? == 0 {
                let left = self.nodes.len();
                if left + 2 > expected {
                    return None;
                }
                let feature = bits.take(feature_bits)? as u16;
                let set = !self.sets.is_empty() && bits.take(1)? == 1;
                self.nodes[at] = if set {
                    Node::split_set(feature, bits.take(12)? as usize, left as u32)
                } else {
                    let cut = bits.take(9)?;
                    Node::split(feature, cut as u8, cut >> 8 == 1, left as u32)
                };
                self.nodes.extend([Node::pure(0); 2]);
                pending.extend([left + 1, left]);
            } else if classes == 0 {
                self.nodes[at] = Node::leaf(self.values.len() as u32);
                self.values.push(f32::from_bits(bits.take(32)?));
            } else if bits.take(1)? == 1 {
                self.nodes[at] = Node::pure(bits.take(class_bits)?);
            } else {
                let place = self.values.len() / classes;
                self.values.resize(self.values.len() + classes, 0.0);
                for _ in 0..=bits.take(class_bits)? {
                    let class = bits.take(class_bits)? as usize;
                    let share = bits.take(16)? as f32 / SHARES;
                    *self.values.get_mut(place * classes + class)? = share;
                }
                self.nodes[at] = Node::leaf(place as u32);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forest_tree() -> Tree {
        let nodes = vec![
            Node::split(1, 254, true, 1),
            Node::split_set(0, 0, 3),
            Node::leaf(0),
            Node::pure(2),
            Node::leaf(1),
        ];
        let values = [0.25, 0.5, 0.25, 0.0, 0.3, 0.7].map(share).to_vec();
        Tree::from_parts(nodes, values, vec![[5, 0, 0, 1 << 63]], 3)
    }

    fn gradient_tree() -> Tree {
        Tree::from_parts(
            vec![Node::split(0, 3, false, 1), Node::leaf(0), Node::leaf(1)],
            vec![0.1, -7.5],
            vec![],
            1,
        )
    }

    fn bytes(tree: &Tree, features: usize, classes: usize) -> Vec<u8> {
        let mut w = Writer::new();
        tree.write(&mut w, features, classes);
        w.into_bytes()
    }

    #[test]
    fn bytes_survive_and_every_truncation_is_refused() {
        for (tree, features, classes) in [(forest_tree(), 2, 3), (gradient_tree(), 1, 0)] {
            let bytes = bytes(&tree, features, classes);
            let read = |bytes: &[u8]| Tree::read(&mut Reader::new(bytes), features, classes);
            assert_eq!(read(&bytes), Ok(tree));
            for cut in 0..bytes.len() {
                assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_refused_or_gives_a_tree_that_can_be_walked() {
        let bytes = bytes(&forest_tree(), 2, 3);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(tree) = Tree::read(&mut Reader::new(&damaged), 2, 3) {
                tree.check(2, 3).unwrap();
                assert!((0..=255).all(|b| tree.leaf_of(|_| b) < tree.len()));
            }
        }
    }

    #[test]
    fn a_node_takes_few_bits() {
        // A split: 1 for its kind, 5 for one of 30 features, 8 for the bin, 1 for the missing; a leaf: 2 and 4 for one of 10 classes.
        let mut nodes = vec![Node::pure(0)];
        for i in 0..1000 {
            let at = nodes.len();
            nodes[at - 1] = Node::split(7, i as u8, false, at as u32);
            nodes.extend([Node::pure(3), Node::pure(4)]);
        }
        let tree = Tree::from_parts(nodes, vec![], vec![], 10);
        let bytes = bytes(&tree, 30, 10).len();
        assert!(
            (21 * 1000 / 8..21 * 1000 / 8 + 20).contains(&bytes),
            "{bytes}"
        );
    }

    #[test]
    fn shares_are_kept_exactly() {
        for x in [0.0, 1.0, 0.5, 1.0 / 3.0, 1e-9, 0.99999] {
            let kept = share(x);
            assert!((f64::from(kept) - x).abs() <= 0.5001 / 65_535.0);
            assert_eq!(((kept * SHARES + 0.5) as u32) as f32 / SHARES, kept);
        }
    }
}
