using System.Buffers.Binary;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Storage.Tests.Runs;

public class RunDamageTests
{
    /// <summary>A flipped bit anywhere in a run is found, or changes nothing that is read.</summary>
    [Fact]
    public async Task every_flipped_bit_is_found()
    {
        var oracle = RunOracle.Make(new Random(1), 30, 6);
        var store = new MemoryObjectStore();
        var run = await new TestRuns(store).WriteRefAsync(oracle, 1, 30, "r", new() { BlockBytes = 200 });
        var bytes = store.Content("r")!;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var exception = await Assert.ThrowsAsync<TemporalException>(() => ReadAllAsync(store, run, oracle));
            Assert.True(exception.Kind is ErrorKind.Corrupt or ErrorKind.Conflict);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        await ReadAllAsync(store, run, oracle);
    }

    [Fact]
    public async Task mutated_indexes_are_refused_or_read()
    {
        var oracle = RunOracle.Make(new Random(1), 200, 20);
        var store = new MemoryObjectStore();
        var run = await new TestRuns(store).WriteRefAsync(oracle, 1, 200, "r", new() { BlockBytes = 200 });
        var good = store.Content("r")!;
        var length = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(good.Length - Section.TrailerBytes));
        var offset = good.Length - Section.TrailerBytes - length;
        Fuzz.Run(good.AsSpan(offset, length).ToArray(), bytes => RunIndex.Read(new(bytes, offset, run.Agent.Digest), run));
    }

    /// <summary>A block that passes the check is searched without further checks, so whatever passes must be searchable.</summary>
    [Fact]
    public async Task mutated_blocks_are_refused_or_searched()
    {
        var oracle = RunOracle.Make(new Random(2), 60, 8);
        var store = new MemoryObjectStore();
        var reader = await new TestRuns(store).WriteAsync(oracle, 1, 60, "r", new() { BlockBytes = 600 });
        var row = reader.Index.Blocks[0];
        var good = store.Content("r")!.AsSpan((int)row.Offset, row.StoredLength).ToArray();
        Fuzz.Run(good, bytes =>
        {
            if (bytes.Length < 4)
                return;
            RunBlockCheck.Check(bytes, row, reader.Index.FirstKeyOf(0), reader.Run, 0);
            foreach (var key in oracle.Keys)
                RunBlockSearch.TryFind(bytes, key, RunBound.After(30), out _, out _);
        });
    }

    private static async Task ReadAllAsync(MemoryObjectStore store, RunRef run, RunOracle oracle)
    {
        var cursor = (await new TestRuns(store).Catalog.OpenAsync(run, default)).OpenCursor();
        foreach (var (key, entry) in oracle.Entries)
        {
            Assert.True(await cursor.MoveNextAsync(default));
            Assert.Equal(key, cursor.Key.ToArray());
            Assert.Equal(entry, cursor.Current);
        }
    }
}
