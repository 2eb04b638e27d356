using System.Buffers.Binary;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Walks a block once when it is loaded: lengths, restarts, order. What passed may then be searched without looking at
/// every length again.
/// </summary>
internal static class RunBlockCheck
{
    public static void Check(ReadOnlySpan<byte> block, in RunBlock row, ReadOnlySpan<byte> firstKey, RunRef run, long offset)
    {
        var path = run.ObjectPath;
        var restarts = (row.EntryCount + RunBlockFormat.RestartInterval - 1L) / RunBlockFormat.RestartInterval;
        var end = block.Length - 4 - (4 * restarts);
        if (end <= RunBlockFormat.HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]) != restarts
            || RunBlockFormat.FirstSequence(block) != row.FirstSequence
            || RunBlockFormat.FirstTime(block) != row.FirstTime.Value)
        {
            throw StoredBytes.Corrupt(path, offset, "a block contradicts its index");
        }

        var reader = new FormatReader(block[..(int)end], path, offset);
        reader.Bytes(RunBlockFormat.HeaderBytes, "the block's header");
        Span<byte> key = stackalloc byte[RunOptions.KeyBytesMax];
        var keyLength = 0;
        RunEntry previous = default;
        for (var i = 0; i < row.EntryCount; i++)
        {
            var isRestart = i % RunBlockFormat.RestartInterval == 0;
            if (isRestart && RunBlockFormat.RestartOffset(block, i / RunBlockFormat.RestartInterval) != reader.Position)
            {
                throw reader.Corrupt("a restart is not where it should be");
            }

            var order = ReadKey(ref reader, key, ref keyLength, isRestart, i == 0);
            var entry = ReadEntry(ref reader, row, run);
            if ((i == 0 && !firstKey.SequenceEqual(key[..keyLength]))
                || (order == 0 && i > 0 && RunOrder.CompareVersions(previous, entry) >= 0))
            {
                throw reader.Corrupt("the entries are out of order");
            }

            previous = entry;
        }

        reader.End("the block's entries");
    }

    /// <summary>Puts the next key together.</summary>
    /// <returns>0 when it equals the one before it.</returns>
    private static int ReadKey(ref FormatReader reader, scoped Span<byte> key, ref int keyLength, bool isRestart, bool isFirst)
    {
        var shared = (int)reader.Var("a shared length", isRestart ? 0 : keyLength);
        var own = reader.Bytes((int)reader.Var("a key's length", RunOptions.KeyBytesMax - shared), "a key");
        var rest = key[shared..keyLength];
        var order = isFirst ? -1 : rest.SequenceCompareTo(own);

        // A shared prefix that could be longer would make the search stop too early.
        if (order > 0 || (!isRestart && own.Length > 0 && rest.Length > 0 && own[0] == rest[0]))
        {
            throw reader.Corrupt("the keys are out of order");
        }

        own.CopyTo(key[shared..]);
        keyLength = shared + own.Length;
        return order;
    }

    private static RunEntry ReadEntry(ref FormatReader reader, in RunBlock row, RunRef run)
    {
        var fields = reader.U8("an entry");
        var flags = reader.U8("an entry");
        var sequence = row.FirstSequence + RunBlockFormat.UnZigZag(reader.Var("a sequence"));
        var time = row.FirstTime.Value + (ulong)RunBlockFormat.UnZigZag(reader.Var("a system time"));
        var ordinal = (fields & RunBlockFormat.HasOrdinal) != 0 ? reader.Var("an ordinal", ushort.MaxValue) : 0;
        var expiry = (fields & RunBlockFormat.HasExpiry) != 0 ? reader.U64("an expiry") : 0;
        if (fields > (RunBlockFormat.HasOrdinal | RunBlockFormat.HasExpiry) || sequence < run.FirstSequence || sequence > run.LastSequence)
        {
            throw reader.Corrupt("an entry lies outside of the run");
        }

        return new(sequence, (ushort)ordinal, flags, new(time), new(expiry));
    }
}
