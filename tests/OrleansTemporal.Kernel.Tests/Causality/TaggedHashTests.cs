using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kernel.Tests.Golden;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class TaggedHashTests
{
    [Fact]
    public void a_hash_is_sha_256_of_tag_length_tag_and_data() => Seeds.Each(200, random =>
    {
        var data = new byte[random.Next(6000)];
        random.NextBytes(data);
        var split = random.Next(data.Length + 1);
        foreach (var tag in Enum.GetValues<HashTag>())
        {
            var name = "ot/" + tag.ToString().ToLowerInvariant();
            byte[] input = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. data];
            var expected = Convert.ToHexStringLower(SHA256.HashData(input));
            Assert.Equal(expected, TaggedHash.Hash(tag, data).ToString());
            Assert.Equal(expected, TaggedHash.Hash(tag, data.AsSpan(0, split), data.AsSpan(split)).ToString());
        }
    });

    [Fact]
    public void the_native_hash_and_the_frameworks_agree() => Seeds.Each(500, random =>
    {
        Assert.True(NativeSha256.IsAvailable || !OperatingSystem.IsLinux() || !File.Exists("/usr/lib/x86_64-linux-gnu/libcrypto.so.3"));
        if (!NativeSha256.IsAvailable)
        {
            return;
        }

        var parts = Enumerable.Range(0, 3).Select(_ => new byte[random.Next(4) == 0 ? 0 : random.Next(3_000)]).ToArray();
        foreach (var part in parts)
        {
            random.NextBytes(part);
        }

        var hash = new byte[32];
        Assert.True(NativeSha256.TryHash(parts[0], parts[1], parts[2], hash));
        Assert.Equal(SHA256.HashData([.. parts[0], .. parts[1], .. parts[2]]), hash);
    });

    [Fact]
    public void many_hashes_at_once_are_those_one_by_one() => Seeds.Each(300, random =>
    {
        // Of one length, of lengths about a block's end, of any length, and too long for lanes.
        var inputs = Enumerable.Range(0, random.Next(70)).Select(_ => new byte[random.Next(4) switch
        {
            0 => 1_060,
            1 => random.Next(40, 80),
            2 => random.Next(2_100),
            _ => random.Next(40) == 0 ? 9_000 : random.Next(300),
        }]).ToArray();
        if (random.Next(2) == 0)
        {
            inputs = [.. inputs.Select(input => new byte[250 + (input.Length % 64)])];
        }

        foreach (var input in inputs)
        {
            random.NextBytes(input);
        }

        var hashes = new Distinction[inputs.Length + 1];
        foreach (var tag in Enum.GetValues<HashTag>())
        {
            TaggedHash.HashMany(tag, [.. inputs.Select(static input => (ReadOnlyMemory<byte>)input)], hashes);
            Assert.Equal(inputs.Select(input => TaggedHash.Hash(tag, input)), hashes[..^1]);
        }

        Assert.True(hashes[^1].IsZero);
    });

    [Fact]
    public void lanes_hash_every_length_up_to_their_longest()
    {
        if (!Sha256Lanes.IsAvailable)
        {
            return;
        }

        var lanes = new Sha256Lanes();
        var data = new byte[Sha256Lanes.BytesMax];
        new Random(1).NextBytes(data);
        var hashes = new Distinction[Sha256Lanes.Count];
        for (var first = 0; first <= data.Length; first += Sha256Lanes.Count)
        {
            var count = Math.Min(Sha256Lanes.Count, data.Length + 1 - first);
            for (var lane = 0; lane < count; lane++)
            {
                lanes.Set(lane, data.AsSpan(0, Math.Min(lane, first + lane)), data.AsSpan(lane, first));
            }

            lanes.Hash(count, hashes);
            for (var lane = 0; lane < count; lane++)
            {
                Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data.AsSpan(0, first + lane))), hashes[lane].ToString());
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => lanes.Set(0, data, [0]));
    }

    // Goal: blocks hashed where they lie, sixteen at once or fewer, scattered and of every length about the ends of SHA-256's
    // own blocks, have the hashes of the library.
    [Fact]
    public void blocks_at_once_are_hashed_as_one_by_one() => Seeds.Each(300, random =>
    {
        var length = random.Next(3) == 0 ? 4_096 : random.Next(64, 700);
        var data = new byte[length * random.Next(1, 40)];
        random.NextBytes(data);
        var offsets = Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(data.Length - length + 1)).ToArray();
        var hashes = new Distinction[offsets.Length + 1];
        foreach (var tag in new[] { HashTag.StateBlock, HashTag.Root })
        {
            TaggedHash.HashBlocks(tag, data, offsets, length, hashes);
            Assert.Equal(offsets.Select(offset => TaggedHash.Hash(tag, data.AsSpan(offset, length))), hashes[..^1]);
        }

        Assert.True(hashes[^1].IsZero);
    });

    [Fact]
    public void synthesis_is_the_tagged_hash_of_left_and_right_and_not_commutative()
    {
        var (left, right) = (CanonicalRoots.PrimordialZero, CanonicalRoots.PrimordialOne);
        var both = new byte[64];
        left.CopyTo(both);
        right.CopyTo(both.AsSpan(32));
        Assert.Equal(TaggedHash.Hash(HashTag.Synthesize, both), Synthesis.Synthesize(left, right));
        Assert.NotEqual(Synthesis.Synthesize(right, left), Synthesis.Synthesize(left, right));
        Assert.NotEqual(left, Synthesis.Synthesize(left, left));
    }

    // The original's fold gave each of these groups one id.
    [Theory]
    [InlineData("\"Dog\"", "\"DDDDog\"", "\"og\"")]
    [InlineData("\"David\"", "\"avid\"")]
    public void documents_that_used_to_collide_have_distinctions_of_their_own(params string[] documents)
    {
        var distinctions = documents.Select(text => Documents.DistinctionOf(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(text))));
        Assert.Equal(documents.Length, distinctions.Distinct().Count());
    }

    [Fact]
    public void all_one_and_two_byte_inputs_have_distinctions_of_their_own()
    {
        var seen = new HashSet<Distinction>();
        for (var first = 0; first < 256; first++)
        {
            Assert.True(seen.Add(TaggedHash.Hash(HashTag.Document, [(byte)first])));
            for (var second = 0; second < 256; second++)
            {
                Assert.True(seen.Add(TaggedHash.Hash(HashTag.Document, [(byte)first, (byte)second])));
            }
        }
    }

    [Fact]
    public void equal_documents_have_one_distinction_however_they_are_written()
    {
        var one = Documents.DistinctionOf(CanonicalJson.Canonicalize("{\"b\":1.0,\"a\":[1e2]}"u8));
        Assert.Equal(one, Documents.DistinctionOf(CanonicalJson.Canonicalize(" { \"a\" : [100] , \"b\" : 1 } "u8)));
        Assert.NotEqual(one, Documents.DistinctionOf(CanonicalJson.Canonicalize("{\"a\":[100],\"b\":2}"u8)));
    }

    [Fact]
    public void the_canonical_roots_never_change()
    {
        var roots = Enum.GetValues<CanonicalRoot>();
        Assert.Equal(20, roots.Length);
        Assert.Equal("STORAGE", CanonicalRoots.NameOf(CanonicalRoot.Storage));
        var bytes = new byte[(roots.Length + 2) * Distinction.Size];
        CanonicalRoots.PrimordialZero.CopyTo(bytes);
        CanonicalRoots.PrimordialOne.CopyTo(bytes.AsSpan(Distinction.Size));
        foreach (var root in roots)
        {
            CanonicalRoots.Of(root).CopyTo(bytes.AsSpan(((int)root + 2) * Distinction.Size));
        }

        Assert.Equal(22, bytes.Chunk(Distinction.Size).Select(Convert.ToHexStringLower).Distinct().Count());
        GoldenFile.Check("canonical-roots", bytes);
    }

    [Fact]
    public void every_action_and_every_kind_of_agent_has_its_root()
    {
        var rootsOfActions = Enum.GetValues<ActionKind>().Select(CanonicalRoots.RootOf).ToHashSet();
        Assert.Equal(19, rootsOfActions.Count);
        Assert.DoesNotContain(CanonicalRoot.Field, rootsOfActions);
        Assert.Equal(CanonicalRoot.Orchestrator, CanonicalRoots.RootOf(ActionKind.Pulse));
        Assert.Equal(CanonicalRoot.Temperature, CanonicalRoots.RootOf(AgentKind.Signals));
        Assert.Equal(CanonicalRoot.Orchestrator, CanonicalRoots.RootOf(AgentKind.Catalog));
        var bytes = AgentKinds.All
            .SelectMany(kind => Convert.FromHexString(GenesisRoot.Of(new AgentId("default", kind, "users", 0)).ToString()))
            .ToArray();
        GoldenFile.Check("genesis-roots", bytes);
    }
}
