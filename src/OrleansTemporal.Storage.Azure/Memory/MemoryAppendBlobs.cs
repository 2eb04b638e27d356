using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Memory;

/// <summary>
/// The append blobs of a service in memory, shared by all who are connected to it by <see cref="MemoryBlobConnection"/>.
/// What it does it does at once and whole, as the service does. Thread-safe.
/// </summary>
internal sealed class MemoryAppendBlobs
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Entry> blobs = new(StringComparer.Ordinal);

    /// <summary>Names and lengths of everything stored.</summary>
    public IReadOnlyList<ObjectInfo> All => List("");

    /// <summary>The bytes of a blob, so that a test can look at them and damage them.</summary>
    public byte[] ContentOf(string path)
    {
        lock (gate)
        {
            return [.. blobs[path].Bytes];
        }
    }

    /// <summary>Puts other bytes in the place of a blob's.</summary>
    public void Damage(string path, byte[] content)
    {
        lock (gate)
        {
            var damaged = new Entry(blobs[path].Claim);
            damaged.Bytes.AddRange(content);
            blobs[path] = damaged;
        }
    }

    public bool Create(string path, UInt128 claim)
    {
        lock (gate)
        {
            return blobs.TryAdd(path, new Entry(claim));
        }
    }

    public Blobs.AppendAnswer Append(string path, long position, ReadOnlySpan<byte> block)
    {
        lock (gate)
        {
            if (!blobs.TryGetValue(path, out var entry))
            {
                return Blobs.AppendAnswer.Missing;
            }

            if (entry.Bytes.Count != position)
            {
                return Blobs.AppendAnswer.Moved;
            }

            entry.Bytes.AddRange(block);
            return Blobs.AppendAnswer.Applied;
        }
    }

    public Blobs.BlobHead? Head(string path)
    {
        lock (gate)
        {
            return blobs.TryGetValue(path, out var entry) ? new(entry.Bytes.Count, entry.Claim) : null;
        }
    }

    /// <exception cref="TemporalException">NotFound.</exception>
    public int Read(string path, long offset, Span<byte> destination)
    {
        lock (gate)
        {
            var bytes = blobs.TryGetValue(path, out var entry) ? entry.Bytes : throw StoredBytes.NotFound(path);
            var count = (int)Math.Clamp(bytes.Count - offset, 0, destination.Length);
            if (count > 0)
            {
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).Slice((int)offset, count).CopyTo(destination);
            }

            return count;
        }
    }

    public IReadOnlyList<ObjectInfo> List(string prefix)
    {
        lock (gate)
        {
            return [.. blobs.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static pair => new ObjectInfo(pair.Key, pair.Value.Bytes.Count))];
        }
    }

    public bool Delete(string path)
    {
        lock (gate)
        {
            return blobs.Remove(path);
        }
    }

    private sealed class Entry(UInt128 claim)
    {
        public UInt128 Claim { get; } = claim;

        public List<byte> Bytes { get; } = [];
    }
}
