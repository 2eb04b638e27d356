using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>The bytes of a manifest: magic, version, length, fields, CRC-32C over all before it.</summary>
internal static class ManifestFormat
{
    public const ushort FormatVersion = 2;
    private const ushort FormatVersionWithoutTiers = 1;
    private const int HeaderBytes = 12;
    private const int PathBytesMax = 1024;

    public static ReadOnlyMemory<byte> Encode(Manifest manifest)
    {
        var writer = new FormatWriter(1024 + (manifest.Segments.Count * 256) + (manifest.Runs.Count * 256));
        writer.U32(FormatMagic.Manifest);
        writer.U16(FormatVersion);
        writer.U16(0);
        writer.U32(0);
        writer.Text(manifest.Agent.ToString());
        writer.U64(manifest.Epoch);
        writer.I64(manifest.Version);
        BinaryPrimitives.WriteUInt128LittleEndian(writer.Reserve(16), manifest.OperationId);
        writer.I64(manifest.SealedThrough);
        writer.Distinction(manifest.Root);
        writer.U64(manifest.Clock.Value);
        writer.I64(manifest.FloorSequence);
        writer.Distinction(manifest.FloorRoot);
        ManifestRows.WriteBytes(writer, manifest.FacetCounters.Span);
        var paths = new ManifestPaths(manifest.Agent);
        ManifestRows.WriteSegments(writer, manifest, paths);
        ManifestRows.WriteRuns(writer, manifest, paths);
        writer.U32((uint)manifest.Pins.Count);
        foreach (var pin in manifest.Pins)
        {
            writer.Text(pin.Holder.ToString());
            paths.Write(writer, pin.ObjectPath);
        }

        writer.U32((uint)manifest.Collectable.Count);
        foreach (var path in manifest.Collectable)
        {
            paths.Write(writer, path);
        }

        BinaryPrimitives.WriteInt32LittleEndian(System.Runtime.InteropServices.MemoryMarshal.AsMemory(writer.Written).Span[8..], writer.Length + 4);
        writer.U32(Crc32C.Compute(writer.WrittenSpan));
        return writer.Written;
    }

    /// <exception cref="TemporalException">Corrupt; Conflict, <c>format_too_new</c>.</exception>
    public static Manifest Decode(ReadOnlyMemory<byte> content, AgentId agent, string path)
    {
        var bytes = content.Span;
        if (bytes.Length < HeaderBytes + 4
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != FormatMagic.Manifest
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != bytes.Length
            || Crc32C.Compute(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
        {
            throw StoredBytes.Corrupt(path, 0, "the manifest does not verify");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version is not (FormatVersion or FormatVersionWithoutTiers))
        {
            throw StoredBytes.TooNew(path, version);
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != 0)
        {
            throw StoredBytes.Corrupt(path, 6, "reserved bytes are not zero");
        }

        var reader = new FormatReader(bytes[HeaderBytes..^4], path, HeaderBytes);
        return Read(ref reader, agent, version >= FormatVersion);
    }

    private static Manifest Read(ref FormatReader reader, AgentId agent, bool hasTiers)
    {
        if (reader.Text("the agent", AgentId.TextLengthMax) != agent.ToString())
        {
            throw reader.Corrupt($"the manifest is not that of {agent}");
        }

        var paths = new ManifestPaths(agent);
        var manifest = new Manifest
        {
            Agent = agent,
            Epoch = reader.U64("the epoch"),
            Version = reader.I64("the version"),
            OperationId = BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(16, "the operation id")),
            SealedThrough = reader.I64("the sealed sequence"),
            Root = reader.Distinction("the root"),
            Clock = new(reader.U64("the clock")),
            FloorSequence = reader.I64("the floor"),
            FloorRoot = reader.Distinction("the floor's root"),
            FacetCounters = ManifestRows.ReadBytes(ref reader, "the counters", Manifest.FacetCountersBytesMax),
            Segments = ManifestRows.ReadSegments(ref reader, agent, paths, hasTiers),
            Runs = ManifestRows.ReadRuns(ref reader, agent, paths),
            Pins = ReadPins(ref reader, paths),
            Collectable = ReadCollectable(ref reader, paths),
        };
        reader.End("the manifest");
        return manifest;
    }

    private static ManifestPin[] ReadPins(ref FormatReader reader, ManifestPaths paths)
    {
        var pins = new ManifestPin[ManifestRows.ReadCount(ref reader, "the number of pins", rowBytesMin: 5)];
        for (var i = 0; i < pins.Length; i++)
        {
            var text = reader.Text("a pin's holder", AgentId.TextLengthMax);
            var holder = AgentId.TryParse(text, out var parsed) ? parsed : throw reader.Corrupt("a pin's holder is no agent");
            pins[i] = new(paths.Read(ref reader, PathBytesMax), holder);
        }

        return pins;
    }

    private static string[] ReadCollectable(ref FormatReader reader, ManifestPaths paths)
    {
        var found = new string[ManifestRows.ReadCount(ref reader, "the number of collectable objects", rowBytesMin: 3)];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = paths.Read(ref reader, PathBytesMax);
        }

        return found;
    }
}
