extension BytePairModel {
    /// Merges with a heap of candidates, in O(n log n).
    func mergeLong(_ workspace: TokenWorkspace, with merges: MergeTable) {
        let count = workspace.count
        let (ids, lengths, pairs) = (workspace.ids, workspace.lengths, workspace.merges)
        let (next, previous) = (workspace.next, workspace.previous)
        var heap = MergeHeap(storage: &workspace.heap)
        for index in 0..<count {
            next[index] = index + 1 < count ? Int32(index + 1) : -1
            previous[index] = Int32(index - 1)
            pairs[index] = index + 1 < count ? merges.merge(ids[index], ids[index + 1]) : MergeTable.none
            heap.push(pairs[index], index)
        }
        while let (rank, place) = heap.pop() {
            let best = pairs[place]
            // A candidate whose pair has changed since is stale.
            guard best != MergeTable.none, best >> 32 == rank else { continue }
            let right = Int(next[place])
            ids[place] = UInt32(truncatingIfNeeded: best)
            lengths[place] += lengths[right]
            lengths[right] = 0
            pairs[right] = MergeTable.none
            next[place] = next[right]
            if next[place] >= 0 {
                previous[Int(next[place])] = Int32(place)
                pairs[place] = merges.merge(ids[place], ids[Int(next[place])])
            } else {
                pairs[place] = MergeTable.none
            }
            heap.push(pairs[place], place)
            let left = Int(previous[place])
            if left >= 0 {
                pairs[left] = merges.merge(ids[left], ids[place])
                heap.push(pairs[left], left)
            }
        }
        workspace.heap = heap.takeStorage()
        var kept = 0
        for index in 0..<count where lengths[index] > 0 {
            ids[kept] = ids[index]
            lengths[kept] = lengths[index]
            kept += 1
        }
        workspace.count = kept
    }
}

/// The smallest (rank, place) first.
private struct MergeHeap {
    private var items: [UInt64] = []

    init(storage: inout [UInt64]) {
        swap(&items, &storage)
        items.removeAll(keepingCapacity: true)
    }

    mutating func takeStorage() -> [UInt64] {
        defer { items = [] }
        return items
    }

    /// Adds the merge of the symbol at `place`, unless it is none.
    mutating func push(_ merge: UInt64, _ place: Int) {
        guard merge != MergeTable.none else { return }
        let item = (merge >> 32) << 32 | UInt64(place)
        var index = items.count
        items.append(item)
        while index > 0 {
            let parent = (index - 1) / 2
            guard items[parent] > item else { break }
            items[index] = items[parent]
            index = parent
        }
        items[index] = item
    }

    mutating func pop() -> (rank: UInt64, place: Int)? {
        guard let first = items.first else { return nil }
        let item = items.removeLast()
        if !items.isEmpty {
            var index = 0
            while true {
                var child = 2 * index + 1
                guard child < items.count else { break }
                if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
                guard items[child] < item else { break }
                items[index] = items[child]
                index = child
            }
            items[index] = item
        }
        return (first >> 32, Int(first & 0xFFFF_FFFF))
    }
}
