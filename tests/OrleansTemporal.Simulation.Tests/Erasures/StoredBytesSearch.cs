using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Simulation.Tests.Erasures;

/// <summary>
/// Looks for bytes in a whole data folder: in every file as it stands, and in every block of every segment and run once it
/// is unpacked.
/// </summary>
internal sealed class StoredBytesSearch
{
    private readonly List<(string Where, byte[] Bytes)> places = [];

    private StoredBytesSearch()
    {
    }

    /// <summary>Bytes that were looked through.</summary>
    public long Bytes => places.Sum(static place => (long)place.Bytes.Length);

    /// <summary>Reads everything that an image of a disk holds of some agents.</summary>
    public static async Task<StoredBytesSearch> ReadAsync(MemoryImage image, params AgentId[] agents)
    {
        var search = new StoredBytesSearch();
        foreach (var (path, bytes) in image.Files)
        {
            search.places.Add((path, bytes));
        }

        using var objects = await LocalObjectStore.OpenAsync(new MemoryFileSystem(image.Copy()), new ThreadPoolWorkScheduler());
        foreach (var agent in agents)
        {
            await search.UnpackAsync(objects, agent);
        }

        return search;
    }

    /// <summary>Everything by which a value could be known: itself, its content address, its plain hash.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> TracesOf(string canonical)
    {
        var value = Encoding.UTF8.GetBytes(canonical);
        yield return ("the value", value);
        foreach (var (what, hash) in new[] { ("distinction", BytesOf(Documents.DistinctionOf(value))), ("SHA-256", System.Security.Cryptography.SHA256.HashData(value)) })
        {
            yield return ($"its {what}", hash);
            yield return ($"its {what} in text", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)));
            yield return ($"half of its {what}", hash[..16]);
        }
    }

    /// <summary>Where the bytes are found, or null.</summary>
    /// <param name="bytes">What is looked for.</param>
    /// <param name="withJournal">False to leave out the journal, whose files are written over and not emptied.</param>
    public string? Find(ReadOnlySpan<byte> bytes, bool withJournal = true)
    {
        foreach (var (where, place) in places)
        {
            if ((withJournal || !where.StartsWith("journal/", StringComparison.Ordinal)) && place.AsSpan().IndexOf(bytes) is var at and >= 0)
            {
                return $"{where} at {at}";
            }
        }

        return null;
    }

    /// <summary>Throws when anything of a value is found.</summary>
    public void RequireNothingOf(string canonical)
    {
        foreach (var (what, bytes) in TracesOf(canonical))
        {
            var found = Find(bytes);
            ViolationException.ThrowUnless(found is null, $"{what} of {canonical} is in {found}");
        }
    }

    private async Task UnpackAsync(IObjectStore objects, AgentId agent)
    {
        if (await new ManifestStore(objects, new Random(1)).LoadAsync(agent, CancellationToken.None) is not { Manifest: var manifest })
        {
            return;
        }

        var cache = new BlockCache(1 << 20);
        var segments = new SegmentCatalog(objects, cache, 1 << 20);
        foreach (var segment in manifest.Segments)
        {
            var reader = await segments.OpenAsync(segment, CancellationToken.None);
            var footer = await reader.ReadFooterAsync(CancellationToken.None);
            var stream = reader.OpenStream();
            foreach (var block in footer.Blocks)
            {
                var stored = await stream.ReadAsync(segment.Offset + block.Offset, block.StoredLength, CancellationToken.None);
                places.Add(($"a block of {segment.ObjectPath}", reader.Unpack(stored.Span, block)));
            }
        }

        var runs = new RunCatalog(objects, cache, 1 << 20);
        foreach (var run in manifest.Runs)
        {
            var cursor = (await runs.OpenAsync(run, CancellationToken.None)).OpenScan();
            while (await cursor.MoveNextAsync(CancellationToken.None))
            {
                places.Add(($"a key of {run.ObjectPath}", cursor.Key.ToArray()));
            }
        }
    }

    private static byte[] BytesOf(Distinction distinction)
    {
        var bytes = new byte[Distinction.Size];
        distinction.CopyTo(bytes);
        return bytes;
    }
}
