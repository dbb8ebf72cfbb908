use std::num::NonZeroU32;

/// Where a value lies, and which of those that lay there it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle {
    slot: u32,
    /// Never zero, so that an `Option` of a handle is no larger than a handle.
    generation: NonZeroU32,
}

/// Values that keep their place. A handle to one that is gone finds nothing, also when its place is taken again.
#[derive(Debug)]
pub(super) struct Slab<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Entry<T> {
    generation: NonZeroU32,
    value: Option<T>,
}

impl<T> Slab<T> {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(super) fn insert(&mut self, value: T) -> Handle {
        if let Some(slot) = self.free.pop() {
            let entry = &mut self.entries[slot as usize];
            entry.value = Some(value);
            return Handle {
                slot,
                generation: entry.generation,
            };
        }
        self.entries.push(Entry {
            generation: NonZeroU32::MIN,
            value: Some(value),
        });
        Handle {
            // The limit on allocations is far below.
            slot: (self.entries.len() - 1) as u32,
            generation: NonZeroU32::MIN,
        }
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&T> {
        self.entries
            .get(handle.slot as usize)
            .filter(|entry| entry.generation == handle.generation)?
            .value
            .as_ref()
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        self.entries
            .get_mut(handle.slot as usize)
            .filter(|entry| entry.generation == handle.generation)?
            .value
            .as_mut()
    }

    pub(super) fn remove(&mut self, handle: Handle) -> Option<T> {
        let entry = self
            .entries
            .get_mut(handle.slot as usize)
            .filter(|entry| entry.generation == handle.generation)?;
        let value = entry.value.take()?;
        entry.generation = entry.generation.checked_add(1).unwrap_or(NonZeroU32::MIN);
        self.free.push(handle.slot);
        Some(value)
    }

    /// How many places there are, taken or not.
    pub(super) fn slots(&self) -> usize {
        self.entries.len()
    }

    /// What lies at a place.
    pub(super) fn at(&self, slot: usize) -> Option<(Handle, &T)> {
        let entry = self.entries.get(slot)?;
        let handle = Handle {
            slot: slot as u32,
            generation: entry.generation,
        };
        entry.value.as_ref().map(|value| (handle, value))
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn a_handle_to_what_is_gone_finds_nothing_in_a_place_taken_again() {
        let mut slab = Slab::new();
        let old = slab.insert("old");
        assert_eq!(slab.remove(old), Some("old"));
        let new = slab.insert("new");
        assert_eq!(slab.slots(), 1);
        assert_eq!(slab.get(old), None);
        assert_eq!(slab.get_mut(old), None);
        assert_eq!(slab.remove(old), None);
        assert_eq!(slab.get(new), Some(&"new"));
    }
}
