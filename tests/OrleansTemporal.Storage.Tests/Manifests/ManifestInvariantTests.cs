using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using static OrleansTemporal.Storage.Tests.Manifests.TestManifests;

namespace OrleansTemporal.Storage.Tests.Manifests;

public class ManifestInvariantTests
{
    private static readonly Manifest Standing = Of(10, 20, 30);

    public static TheoryData<string, Func<Manifest, Manifest>> Breaks => new()
    {
        { "agent_stays", manifest => manifest with { Agent = AgentId.Parse("kv/default/users/4") } },
        { "epoch_never_decreases", manifest => manifest with { Epoch = 2 } },
        { "sealed_sequence_never_goes_back", _ => Of(10, 20) with { Clock = TimeOf(40) } },
        { "clock_never_goes_back", manifest => manifest with { Clock = TimeOf(29) } },
        { "floor_never_goes_back", manifest => manifest with { FloorSequence = 5 } },
        { "floor_never_goes_back", manifest => manifest with { FloorSequence = 10, FloorRoot = RootOf(9), Segments = [.. manifest.Segments.Skip(1)] } },
        { "floor_never_goes_back", manifest => manifest with { FloorRoot = RootOf(99) } },
        { "segments_are_contiguous", manifest => manifest with { Segments = [.. manifest.Segments.Where(segment => segment.FirstSequence != 11)] } },
        { "segments_are_contiguous", manifest => manifest with { Segments = [.. manifest.Segments.SkipLast(1)] } },
        { "segments_are_contiguous", manifest => manifest with { Segments = [.. manifest.Segments, Segment(30, 40)], SealedThrough = 40 } },
        { "segments_are_contiguous", manifest => manifest with { SealedThrough = 31 } },
        { "roots_chain", manifest => manifest with { Segments = [.. manifest.Segments.SkipLast(1), Segment(21, 30) with { RootBefore = RootOf(7) }] } },
        { "roots_chain", manifest => manifest with { Root = RootOf(7) } },
        { "known_roots_stay", manifest => manifest with { Root = RootOf(7), Segments = [.. manifest.Segments.SkipLast(1), Segment(21, 30) with { RootAfter = RootOf(7) }] } },
        { "known_roots_stay", manifest => manifest with { Root = RootOf(7), Segments = [Segment(1, 30) with { RootAfter = RootOf(7) }] } },
        { "times_rise", manifest => manifest with { Segments = [.. manifest.Segments.SkipLast(1), Segment(21, 30) with { MinTime = TimeOf(20) }] } },
        { "times_rise", manifest => manifest with { Segments = [.. manifest.Segments.SkipLast(1), Segment(21, 30) with { MaxTime = TimeOf(31) }] } },
        { "runs_cover_what_is_sealed", manifest => manifest with { Runs = [.. manifest.Runs.SkipLast(1)] } },
        { "runs_cover_what_is_sealed", manifest => manifest with { Runs = [.. manifest.Runs.Skip(1)] } },
        { "runs_cover_what_is_sealed", manifest => manifest with { Runs = [.. manifest.Runs, Run(31, 31)] } },
        { "index_is_never_dropped", manifest => manifest with { Runs = [] } },
        { "collectable_is_not_named", manifest => manifest with { Collectable = [PathOf(11, 20)] } },
        { "collectable_is_not_named", manifest => manifest with { Collectable = ["x"], Pins = [new("x", Agent)] } },
        { "dropped_objects_are_collectable", manifest => manifest with { Segments = [Segment(1, 30)], Runs = [Run(1, 30)] } },
        { "sizes_are_bounded", manifest => manifest with { FacetCounters = new byte[Manifest.FacetCountersBytesMax + 1] } },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void a_broken_invariant_is_named(string name, Func<Manifest, Manifest> change)
    {
        var exception = Assert.Throws<TemporalException>(() => ManifestInvariants.Check(Standing, change(Standing)));
        Assert.Equal((ErrorKind.Internal, ErrorCodes.InvariantBroken), (exception.Kind, exception.Code));
        Assert.Contains($"break {name}:", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void every_invariant_is_broken_by_a_test() =>
        Assert.Empty(ManifestInvariants.All.Select(invariant => invariant.Name).Except(Breaks.Select(row => (string)row[0])));

    [Fact]
    public void seals_merges_retention_and_pins_pass()
    {
        ManifestInvariants.Check(null, Of(10));
        ManifestInvariants.Check(Standing, Standing with { Epoch = 9, Clock = TimeOf(99) });
        ManifestInvariants.Check(Standing, Of(10, 20, 30, 44));
        ManifestInvariants.Check(Standing, (Standing with { Segments = [Segment(1, 20), Segment(21, 30)], Runs = [Run(1, 30)] }).CollectingFrom(Standing));
        ManifestInvariants.Check(
            Standing,
            (Standing with
            {
                FloorSequence = 20,
                FloorRoot = RootOf(20),
                Segments = [Segment(21, 30)],
                Runs = [Run(1, 30)],
            }).CollectingFrom(Standing));
        ManifestInvariants.Check(
            Standing,
            Standing with { Segments = [Segment(1, 30)], Runs = [Run(1, 30)], Pins = [.. Standing.Segments.Select(segment => new ManifestPin(segment.ObjectPath, Agent))] });
    }

    [Fact]
    public void what_is_dropped_becomes_collectable()
    {
        var merged = (Standing with { Segments = [Segment(1, 20), Segment(21, 30)], Runs = [Run(1, 20), Run(21, 30)] }).CollectingFrom(Standing);
        Assert.Equal([PathOf(1, 10), PathOf(11, 20)], merged.Collectable);
    }

    [Fact]
    public void a_sequence_is_found_in_its_segment()
    {
        for (var sequence = 1; sequence <= 30; sequence++)
            Assert.True(Standing.SegmentOf(sequence)!.Contains(sequence));
        Assert.Null(Standing.SegmentOf(0));
        Assert.Null(Standing.SegmentOf(31));
        Assert.Null(Manifest.Empty(Agent, RootOf(0), 1).SegmentOf(1));
    }
}
