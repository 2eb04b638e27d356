using System.Globalization;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
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
    private long changeCount;

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

    /// <summary>Puts other bytes in the place of a blob's, unnoticed by the service: the tag stays.</summary>
    public void Damage(string path, byte[] content)
    {
        lock (gate)
        {
            var damaged = new Entry(blobs[path].Claim) { Tag = blobs[path].Tag };
            damaged.Bytes.AddRange(content);
            blobs[path] = damaged;
        }
    }

    public string? Create(string path, UInt128 claim)
    {
        lock (gate)
        {
            var made = new Entry(claim) { Tag = NextTag() };
            return blobs.TryAdd(path, made) ? made.Tag : null;
        }
    }

    public BlobAppend Append(string path, long position, string? tag, ReadOnlySpan<byte> block)
    {
        lock (gate)
        {
            if (!blobs.TryGetValue(path, out var entry))
            {
                return new(AppendAnswer.Missing);
            }

            if (entry.Bytes.Count != position || (tag is not null && tag != entry.Tag))
            {
                return new(AppendAnswer.Moved);
            }

            entry.Bytes.AddRange(block);
            entry.Tag = NextTag();
            return new(AppendAnswer.Applied, entry.Tag);
        }
    }

    public BlobHead? Head(string path)
    {
        lock (gate)
        {
            return blobs.TryGetValue(path, out var entry) ? new(entry.Bytes.Count, entry.Claim, entry.Tag) : null;
        }
    }

    /// <exception cref="TemporalException">NotFound.</exception>
    public BlobPiece Read(string path, long offset, Span<byte> destination)
    {
        lock (gate)
        {
            var entry = blobs.TryGetValue(path, out var found) ? found : throw StoredBytes.NotFound(path);
            var count = (int)Math.Clamp(entry.Bytes.Count - offset, 0, destination.Length);
            if (count == 0)
            {
                return new(0, null);
            }

            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entry.Bytes).Slice((int)offset, count).CopyTo(destination);
            return new(count, entry.Tag);
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

    // Under the gate. A tag never comes back.
    private string NextTag() => (++changeCount).ToString(CultureInfo.InvariantCulture);

    private sealed class Entry(UInt128 claim)
    {
        public UInt128 Claim { get; } = claim;

        public required string Tag { get; set; }

        public List<byte> Bytes { get; } = [];
    }
}
