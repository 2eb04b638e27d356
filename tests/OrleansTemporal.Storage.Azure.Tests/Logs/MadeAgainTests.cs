using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Azure.Tests.Worlds;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Azure.Tests.Logs;

/// <summary>
/// Goal: a blob that was removed and that a late call has made again is nobody's: no owner takes it for the one that it had,
/// to write, to prove that it is the owner, to read, or to go on.
/// </summary>
public sealed class MadeAgainTests
{
    private readonly LogWorld world = new();

    [Fact]
    public void it_takes_no_record_though_it_is_as_long_and_begins_the_same()
    {
        var log = world.Open();
        var begin = Begin(claim: 9);
        world.MakeAgain(world.Path(1), begin);
        var refused = Assert.Throws<TemporalException>(() => world.Run(world.Write(log, "a")));
        Assert.Equal((ErrorKind.Fenced, true), (refused.Kind, refused.OutcomeUnknown));
        Assert.Equal(begin, world.Service.ContentOf(world.Path(1)));
    }

    [Fact]
    public void it_takes_nothing_of_the_one_who_began_it_the_first_time()
    {
        var log = world.Open();
        world.MakeAgain(world.Path(1), world.Service.ContentOf(world.Path(1)));
        Assert.Equal(ErrorKind.Fenced, Assert.Throws<TemporalException>(() => world.Run(world.Write(log, "a"))).Kind);
    }

    [Fact]
    public void it_proves_no_ownership()
    {
        var log = world.Open();
        world.MakeAgain(world.Path(1), Begin(claim: 9));
        Assert.Equal(ErrorKind.Fenced, Assert.Throws<TemporalException>(() => world.Run(log.ConfirmAsync(default))).Kind);
        Assert.False(log.IsCurrent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void it_does_not_say_that_a_record_was_not_written_which_the_first_one_held(bool isFenced)
    {
        var begin = Begin(claim: 9);
        var fence = LogBlock.Mark(Header(BlockType.Fence, claim: 9) with { Number = 2, Previous = LogBlock.CrcOf(begin), NextEpoch = 2 });
        var log = world.Open();
        var isLost = false;
        world.Blobs.Before = (operation, path) =>
        {
            if (operation != BlobOperation.Append || isLost)
                return;
            isLost = true;
            var (position, tag, block) = world.Blobs.Sent;
            world.Service.Append(path, position, tag, block);
            world.MakeAgain(path, isFenced ? [.. begin, .. fence.Span] : begin);
            throw StoredBytes.Failed(path, "append", null, outcomeUnknown: true);
        };
        Assert.True(Assert.Throws<TemporalException>(() => world.Run(world.Write(log, "a"))).OutcomeUnknown);
    }

    [Fact]
    public void another_block_in_the_same_blob_says_that_a_record_was_not_written()
    {
        var log = world.Open();
        world.Open();
        var refused = Assert.Throws<TemporalException>(() => world.Run(world.Write(log, "a")));
        Assert.Equal((ErrorKind.Fenced, false), (refused.Kind, refused.OutcomeUnknown));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void whoever_made_it_begins_nothing_when_the_one_before_is_gone(bool isMadeAgain)
    {
        var log = world.Open();
        for (var i = 0; i < 3; i++)
            world.Run(world.Write(log, "a"));
        world.Blobs.Before = (operation, path) =>
        {
            if (operation != BlobOperation.Create)
                return;
            var fenced = world.Service.ContentOf(world.Path(1));
            world.Service.Delete(world.Path(1));
            if (isMadeAgain)
                world.MakeAgain(world.Path(1), fenced);
        };
        var refused = Assert.Throws<TemporalException>(() => world.Run(world.Write(log, "a")));
        Assert.Equal(ErrorKind.Fenced, refused.Kind);
        Assert.Empty(world.Service.ContentOf(world.Path(2)));
    }

    [Fact]
    public void whoever_takes_over_begins_nothing_when_the_one_before_is_gone_and_looks_again()
    {
        world.Run(world.Write(world.Open(), "a"));
        world.Blobs.Before = (operation, path) =>
        {
            if (operation != BlobOperation.Create || path != world.Path(2))
                return;

            // Others have owned epochs 2 and 3, and gone on.
            world.Blobs.Before = null;
            var third = world.Open();
            Assert.Equal(2UL, third.Epoch);
            Assert.Equal(3UL, world.Open().Epoch);
            world.Service.Delete(world.Path(1));
            world.Service.Delete(world.Path(2));
        };
        Assert.Equal(4UL, world.Open().Epoch);
        Assert.Empty(world.Service.ContentOf(world.Path(2)));
    }

    [Fact]
    public void it_takes_no_fence_that_was_for_the_first_one()
    {
        world.Open();
        world.Blobs.Before = (operation, path) =>
        {
            if (operation != BlobOperation.Append)
                return;

            // Another has taken over and gone on before the fence of this one arrives.
            world.Blobs.Before = null;
            world.Open();
            world.MakeAgain(world.Path(1), Begin(claim: 9));
        };
        Assert.Equal(3UL, world.Open().Epoch);
        Assert.Equal(Begin(claim: 9), world.Service.ContentOf(world.Path(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void it_is_no_damage_to_an_owner_that_reads_there(bool isEmpty)
    {
        var log = world.Open();
        world.Run(world.Write(log, "a"));
        world.MakeAgain(world.Path(1), isEmpty ? [] : [.. Begin(claim: 9), .. new byte[200]]);
        world.Pass(AzureLogOptions.OwnerLeaseDefault);
        Assert.Equal(ErrorKind.Fenced, Assert.Throws<TemporalException>(() => world.Read(log)).Kind);
    }

    [Fact]
    public void damage_is_damage_to_the_owner()
    {
        var log = world.Open();
        world.Run(world.Write(log, "a"));
        var content = world.Service.ContentOf(world.Path(1));
        content[^6] ^= 1;
        world.Service.Damage(world.Path(1), content);
        Assert.Equal(ErrorKind.Corrupt, Assert.Throws<TemporalException>(() => world.Read(log)).Kind);
        Assert.Equal(ErrorKind.Corrupt, Assert.Throws<TemporalException>(() => world.Open()).Kind);
    }

    [Fact]
    public void it_is_no_damage_to_whoever_opens_the_log_while_it_happens()
    {
        foreach (var text in (string[])["a", "b", "c"])
            world.Run(world.Write(world.Open(), text));
        world.Blobs.Before = (operation, path) =>
        {
            if (operation != BlobOperation.Read || path != world.Path(2))
                return;
            world.Blobs.Before = null;
            world.Service.Delete(world.Path(1));
            world.MakeAgain(path, []);
        };
        var opened = world.Open();
        Assert.Equal((4UL, 3L), (opened.Epoch, opened.LastSequence));
        Assert.Equal(["c"], world.Read(opened));
    }

    [Fact]
    public void it_may_have_been_begun_and_released_before_a_later_one()
    {
        var log = world.Open();
        Assert.Equal(2UL, world.Open().Epoch);
        var begin = Begin(claim: 9);
        var release = LogBlock.Mark(Header(BlockType.Release, claim: 9) with { Number = 2, Previous = LogBlock.CrcOf(begin) });
        world.MakeAgain(world.Path(1), [.. begin, .. release.Span]);
        Assert.Equal(3UL, world.Open().Epoch);
    }

    /// <summary>The first block of epoch 1.</summary>
    internal static byte[] Begin(UInt128 claim) => LogBlock.Mark(Header(BlockType.Begin, claim)).ToArray();

    private static BlockHeader Header(BlockType type, UInt128 claim) => new()
    {
        Type = type,
        LengthBytes = 0,
        Epoch = 1,
        FirstSequence = 1,
        Claim = claim,
        Number = 1,
        Previous = 0,
    };
}
