using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class RootChainTests
{
    private static DeltaRecord Delta(long sequence, int milliseconds, int seed = 1) => DeltaRecord.Read(DeltaSamples.Encode(
        DeltaSamples.Draft(new Random(seed), 20, DeltaContext.None), [], sequence, HybridTimestamp.FromMilliseconds(milliseconds), out _));

    [Fact]
    public void the_root_is_the_synthesis_of_the_root_before_and_the_action()
    {
        var genesis = ChainPosition.Genesis(DeltaSamples.Agent);
        var first = Delta(1, 10);
        var position = RootChain.Advance(genesis, first);
        Assert.Equal(Synthesis.Synthesize(genesis.Root, first.ActionDistinction()), position.Root);
        Assert.Equal((1L, first.SystemTime), (position.Sequence, position.SystemTime));
        Assert.Equal(position.Root, RootChain.Advance(genesis.Root, first));
    }

    [Fact]
    public void detaching_payloads_changes_no_root()
    {
        var kept = ChainPosition.Genesis(DeltaSamples.Agent);
        var erased = kept;
        for (var i = 1; i <= 20; i++)
        {
            var delta = Delta(i, i, seed: i);
            kept = RootChain.Advance(kept, delta);
            erased = RootChain.Advance(erased, DeltaRecord.Read(delta.Detach()));
        }

        Assert.Equal(kept, erased);
    }

    [Fact]
    public void gaps_steps_back_in_time_and_other_payloads_are_found()
    {
        var position = RootChain.Advance(ChainPosition.Genesis(DeltaSamples.Agent), Delta(1, 10));
        Broken(position, Delta(1, 11));
        Broken(position, Delta(3, 11));
        Broken(position, Delta(2, 10));
        var bytes = Delta(2, 11).Bytes.ToArray();
        bytes[^1] ^= 1;
        Broken(position, DeltaRecord.Read(bytes));
    }

    private static void Broken(ChainPosition position, DeltaRecord delta)
    {
        var exception = Assert.Throws<TemporalException>(() => RootChain.Advance(position, delta));
        Assert.Equal(ErrorKind.Corrupt, exception.Kind);
        Assert.Contains("of kv/default/users/0", exception.Message, StringComparison.Ordinal);
    }
}
