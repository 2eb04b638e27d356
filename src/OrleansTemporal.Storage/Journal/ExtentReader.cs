using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>Takes the records of one agent out of its extents: few large reads into one buffer, every frame verified.</summary>
internal static class ExtentReader
{
    // What a page of small records may hold; a larger one grows its list.
    private const int RecordsExpectedMax = 1 << 16;

    /// <summary>Reads all records after a sequence.</summary>
    /// <returns>Slices of one rented buffer, which is the caller's.</returns>
    /// <exception cref="TemporalException">Corrupt, with file and offset.</exception>
    public static async ValueTask<LogPage> ReadAsync(
        List<JournalExtent> extents, long afterSequence, bool hasMore, CancellationToken cancellationToken)
    {
        var runs = Join(extents);
        var buffer = ArrayPool<byte>.Shared.Rent(runs.Sum(static run => run.Length));
        var position = 0;
        foreach (var run in runs)
        {
            var target = buffer.AsMemory(position, run.Length);
            var read = await run.File.Data.ReadAsync(run.Offset, target, cancellationToken).ConfigureAwait(false);
            if (read < run.Length)
            {
                throw JournalErrors.Corrupt(run.File.Path, run.Offset + read, "the file ends within a record that was durable.");
            }

            position += run.Length;
        }

        var count = runs[^1].Last - Math.Max(afterSequence, runs[0].First - 1);
        var records = new List<ReadOnlyMemory<byte>>((int)Math.Clamp(count, 0, RecordsExpectedMax));
        position = 0;
        foreach (var run in runs)
        {
            Parse(run, buffer.AsMemory(position, run.Length), afterSequence, records);
            position += run.Length;
        }

        return new LogPage(records, hasMore, buffer);
    }

    // Neighbours are read together with the little that is between them.
    private static List<JournalExtent> Join(List<JournalExtent> extents)
    {
        var runs = new List<JournalExtent>(extents.Count);
        foreach (var extent in extents)
        {
            if (runs.Count > 0 && runs[^1] is var last && last.LeadsTo(extent))
            {
                runs[^1] = last with { Length = (int)(extent.End - last.Offset), Last = extent.Last };
            }
            else
            {
                runs.Add(extent);
            }
        }

        return runs;
    }

    private static void Parse(in JournalExtent run, ReadOnlyMemory<byte> bytes, long afterSequence, List<ReadOnlyMemory<byte>> records)
    {
        var span = bytes.Span;
        var expected = run.First;
        var position = 0;
        while (expected <= run.Last)
        {
            if (!FrameHeader.TryRead(span[position..], out var header))
            {
                throw JournalErrors.Corrupt(run.File.Path, run.Offset + position, "a frame header does not verify.");
            }

            if (header.Type == FrameType.Record && header.Ordinal == run.Ordinal)
            {
                var sequence = (long)header.Sequence;
                if (sequence != expected || (sequence > afterSequence && !header.VerifiesBody(span[position..])))
                {
                    throw JournalErrors.Corrupt(run.File.Path, run.Offset + position, $"record {expected} does not verify.");
                }

                expected++;
                if (sequence > afterSequence)
                {
                    records.Add(bytes.Slice(position + FrameHeader.Bytes, header.BodyBytes));
                }
            }

            position += header.TotalBytes;
            if (header.Type == FrameType.End)
            {
                position = (int)(JournalFormat.AlignUp(run.Offset + position) - run.Offset);
            }

            position = Math.Min(position, span.Length);
        }
    }
}
