using FsCheck;
using FsCheck.Fluent;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Http.Tests.Requests;

/// <summary>Goal: decoding is the exact inverse of encoding, for any text and any way of escaping it.</summary>
public sealed class PathSegmentsTests
{
    [Fact]
    public void any_key_comes_back_from_its_escaped_form()
    {
        var texts = ArbMap.Default.ArbFor<NonEmptyString>();
        Prop.ForAll(texts, text =>
        {
            var key = new string([.. text.Get.Where(c => !char.IsSurrogate(c))]);
            if (key is "" or "." or "..")
            {
                return true;
            }

            var parsed = PathSegments.TryParse($"/v1/ws/kv/ns/{PercentEncoding.Encode(key)}?a=b", out var path, out _);
            return parsed && path!.Count == 5 && path[4] == key && path.GetSpan(4).SequenceEqual(key) && path.Query is "a=b";
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void canonical_text_does_not_depend_on_how_the_path_was_escaped()
    {
        string[] forms = ["/v1/a%2fb/c", "/v1/a%2Fb/%63", "/%76%31/a%2Fb/c"];
        Assert.All(forms, form =>
        {
            Assert.True(PathSegments.TryParse(form, out var path, out _));
            Assert.Equal("/v1/a%2Fb/c", path!.ToCanonicalText());
        });
    }

    [Theory]
    [InlineData("/", 0)]
    [InlineData("/?x", 0)]
    [InlineData("/a", 1)]
    [InlineData("/a?b/c", 1)]
    [InlineData("http://h/a/b", 2)]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13", 13)]
    public void segments_are_counted(string target, int count)
    {
        Assert.True(PathSegments.TryParse(target, out var path, out _));
        Assert.Equal(count, path!.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a/b")]
    [InlineData("/a#b")]
    [InlineData("/a/?x")]
    [InlineData("/é")]
    [InlineData("/%é")]
    public void other_targets_are_refused(string target) =>
        Assert.Equal(target == "/é", PathSegments.TryParse(target, out _, out _));
}
