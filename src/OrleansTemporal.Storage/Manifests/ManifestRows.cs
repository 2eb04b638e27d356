using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>The rows of a manifest: segments and runs.</summary>
internal static class ManifestRows
{
    private const int PathBytesMax = 1024;
    private const int SegmentRowBytesMin = 129;
    private const int RunRowBytesMin = 61;

    public static void WriteBytes(FormatWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.U32((uint)bytes.Length);
        writer.Bytes(bytes);
    }

    public static byte[] ReadBytes(ref FormatReader reader, string what, int lengthMax) =>
        reader.Bytes(reader.I32(what, lengthMax), what).ToArray();

    /// <summary>A number of rows that can stand in what is left.</summary>
    public static int ReadCount(ref FormatReader reader, string what, int rowBytesMin)
    {
        var count = reader.I32(what, Manifest.RowsMax);
        return (long)count * rowBytesMin <= reader.Remaining ? count : throw reader.Corrupt($"{what} is impossible");
    }

    public static void WriteSegments(FormatWriter writer, Manifest manifest, ManifestPaths paths)
    {
        writer.U32((uint)manifest.Segments.Count);
        foreach (var segment in manifest.Segments)
        {
            paths.Write(writer, segment.ObjectPath);
            WriteAgent(writer, segment.Agent, manifest.Agent);
            writer.I64(segment.Offset);
            writer.I64(segment.Length);
            writer.I64(segment.FirstSequence);
            writer.I64(segment.LastSequence);
            writer.Distinction(segment.RootBefore);
            writer.Distinction(segment.RootAfter);
            writer.U64(segment.MinTime.Value);
            writer.U64(segment.MaxTime.Value);
            writer.I64(segment.RawBytes);
            writer.U32((uint)segment.OperationCount);
            writer.U8((byte)segment.Tier);
            WriteBytes(writer, segment.Zone.Span);
        }
    }

    public static SegmentRef[] ReadSegments(ref FormatReader reader, AgentId agent, ManifestPaths paths, bool hasTiers)
    {
        var segments = new SegmentRef[ReadCount(ref reader, "the number of segments", SegmentRowBytesMin)];
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = new()
            {
                ObjectPath = paths.Read(ref reader, PathBytesMax),
                Agent = ReadAgent(ref reader, agent),
                Offset = reader.I64("a segment's offset"),
                Length = reader.I64("a segment's length"),
                FirstSequence = reader.I64("a segment's first sequence"),
                LastSequence = reader.I64("a segment's last sequence"),
                RootBefore = reader.Distinction("the root before a segment"),
                RootAfter = reader.Distinction("the root after a segment"),
                MinTime = new(reader.U64("a segment's first time")),
                MaxTime = new(reader.U64("a segment's last time")),
                RawBytes = reader.I64("a segment's raw length"),
                OperationCount = reader.I32("a segment's operations"),
                Tier = hasTiers ? ReadTier(ref reader) : StorageTier.Warm,
                Zone = ReadBytes(ref reader, "a segment's zone", SegmentRef.ZoneBytesMax),
            };
        }

        return segments;
    }

    private static StorageTier ReadTier(ref FormatReader reader)
    {
        var tier = (StorageTier)reader.U8("a segment's tier");
        return tier is >= StorageTier.Warm and <= StorageTier.Offline ? tier : throw reader.Corrupt("a segment's tier is none");
    }

    public static void WriteRuns(FormatWriter writer, Manifest manifest, ManifestPaths paths)
    {
        writer.U32((uint)manifest.Runs.Count);
        foreach (var run in manifest.Runs)
        {
            paths.Write(writer, run.ObjectPath);
            WriteAgent(writer, run.Agent, manifest.Agent);
            writer.I64(run.Offset);
            writer.I64(run.Length);
            writer.I64(run.FirstSequence);
            writer.I64(run.LastSequence);
            writer.I64(run.EntryCount);
            writer.I64(run.KeyCount);
            writer.U32((uint)run.FilterBytes);
            WriteBytes(writer, run.FirstKey.Span);
            WriteBytes(writer, run.LastKey.Span);
        }
    }

    public static RunRef[] ReadRuns(ref FormatReader reader, AgentId agent, ManifestPaths paths)
    {
        var runs = new RunRef[ReadCount(ref reader, "the number of runs", RunRowBytesMin)];
        for (var i = 0; i < runs.Length; i++)
        {
            runs[i] = new()
            {
                ObjectPath = paths.Read(ref reader, PathBytesMax),
                Agent = ReadAgent(ref reader, agent),
                Offset = reader.I64("a run's offset"),
                Length = reader.I64("a run's length"),
                FirstSequence = reader.I64("a run's first sequence"),
                LastSequence = reader.I64("a run's last sequence"),
                EntryCount = reader.I64("a run's entries"),
                KeyCount = reader.I64("a run's keys"),
                FilterBytes = reader.I32("a run's filter"),
                FirstKey = ReadBytes(ref reader, "a run's first key", RunOptions.KeyBytesMax),
                LastKey = ReadBytes(ref reader, "a run's last key", RunOptions.KeyBytesMax),
            };
        }

        return runs;
    }

    // Empty stands for the manifest's own agent.
    private static void WriteAgent(FormatWriter writer, AgentId agent, AgentId own) => writer.Text(agent == own ? "" : agent.ToString());

    private static AgentId ReadAgent(ref FormatReader reader, AgentId own)
    {
        var text = reader.Text("an agent", AgentId.TextLengthMax);
        return text.Length == 0 ? own : AgentId.TryParse(text, out var agent) ? agent : throw reader.Corrupt("an agent is no agent");
    }
}
