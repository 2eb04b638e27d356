using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class AgentIdTests
{
    [Theory]
    [InlineData("kv/default/users/0")]
    [InlineData("series/acme/cpu.load/17")]
    [InlineData("workspaces/_system/_all/0")]
    [InlineData("vectors/a/b-c_D.9/65535")]
    public void an_id_reads_back_from_its_text(string text)
    {
        var id = AgentId.Parse(text);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");
        Assert.True(AgentId.TryParse(Encoding.ASCII.GetBytes(text), out var fromBytes));
        Assert.Equal(id, fromBytes);
        Span<byte> utf8 = stackalloc byte[AgentId.TextLengthMax];
        Assert.True(id.TryFormat(utf8, out var length));
        Assert.Equal(text, Encoding.ASCII.GetString(utf8[..length]));
        Assert.False(id.TryFormat(utf8[..(length - 1)], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("kv")]
    [InlineData("kv/default/users")]
    [InlineData("kv/default/users/")]
    [InlineData("kv/default/users/00")]
    [InlineData("kv/default/users/-1")]
    [InlineData("kv/default/users/65536")]
    [InlineData("kv/default/users/0/0")]
    [InlineData("KV/default/users/0")]
    [InlineData("kv/.x/users/0")]
    [InlineData("kv/default/a b/0")]
    [InlineData("kv/default/\u00e4/0")]
    public void what_is_not_an_id_is_refused(string text)
    {
        Assert.False(AgentId.TryParse(text, out _));
        Assert.False(AgentId.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(AgentId.IsText(Encoding.UTF8.GetBytes(text)));
        Assert.Equal("invalid_agent_id", Assert.Throws<TemporalException>(() => AgentId.Parse(text)).Code);
    }

    [Fact]
    public void the_longest_id_fits_its_bound()
    {
        var name = new string('n', Limits.NameLengthMax);
        var text = new AgentId(name, AgentKind.Workspaces, name, AgentId.PartitionMax).ToString();
        Assert.Equal(AgentId.TextLengthMax, text.Length);
        Assert.Equal(text, AgentId.Parse(text).ToString());
        Assert.Throws<TemporalException>(() => new AgentId(name + "n", AgentKind.Kv, "a", 0));
        Assert.Throws<TemporalException>(() => new AgentId("a", AgentKind.Kv, "a", AgentId.PartitionMax + 1));
        Assert.Throws<TemporalException>(() => new AgentId("a", 0, "a", 0));
    }

    [Fact]
    public void the_digest_is_the_start_of_the_tagged_hash()
    {
        var id = AgentId.Parse("kv/default/users/0");
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes("\u0008ot/agentkv/default/users/0"));
        Assert.Equal(Convert.ToHexStringLower(hash)[..8], id.Digest.ToString("x8"));
        Assert.Equal(Convert.ToHexStringLower(hash), GenesisRoot.DistinctionOf(id).ToString());
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-z_0.9", true)]
    [InlineData("", false)]
    [InlineData(".a", false)]
    [InlineData("_a", false)]
    [InlineData("a/b", false)]
    [InlineData("\u00e4", false)]
    [InlineData(null, false)]
    public void users_names_have_their_own_rule(string? name, bool valid)
    {
        Assert.Equal(valid, Names.IsValid(name));
        if (!valid)
        {
            var refusal = Assert.Throws<TemporalException>(() => Names.Validate(name, "namespace"));
            Assert.Equal(("invalid_name", "namespace"), (refusal.Code, refusal.Field));
        }
    }

    [Fact]
    public void keys_are_bounded_in_bytes_and_have_whole_characters()
    {
        Assert.True(EntityKeys.IsValid(".."));
        Assert.True(EntityKeys.IsValid(new string('k', 1024)));
        Assert.True(EntityKeys.IsValid(new string('\u00e4', 512)));
        Assert.False(EntityKeys.IsValid(new string('\u00e4', 513)));
        Assert.False(EntityKeys.IsValid(new string('k', 1025)));
        Assert.False(EntityKeys.IsValid(""));
        Assert.False(EntityKeys.IsValid("a\ud800"));
        Assert.Equal("invalid_key", Assert.Throws<TemporalException>(() => EntityKeys.Validate("\udc00", "key")).Code);
    }

    [Fact]
    public void every_kind_has_a_name_that_reads_back()
    {
        Assert.Equal(11, AgentKinds.All.Count);
        foreach (var kind in AgentKinds.All)
        {
            Assert.True(AgentKinds.TryParse(AgentKinds.ToName(kind), out var parsed));
            Assert.Equal(kind, parsed);
        }
    }
}
