using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Ports;

/// <summary>What every object store does, whatever is behind it; each case gets an empty one.</summary>
internal static class ObjectStoreCases
{
    private static readonly Dictionary<string, Func<IObjectStore, Task>> All = new()
    {
        [nameof(an_object_appears_whole_at_its_commit)] = an_object_appears_whole_at_its_commit,
        [nameof(a_taken_path_is_not_written_again)] = a_taken_path_is_not_written_again,
        [nameof(an_abandoned_object_leaves_nothing_behind)] = an_abandoned_object_leaves_nothing_behind,
        [nameof(a_replacement_needs_the_tag_that_stands)] = a_replacement_needs_the_tag_that_stands,
        [nameof(of_many_replacements_at_once_one_wins)] = of_many_replacements_at_once_one_wins,
        [nameof(of_many_writers_of_one_path_one_wins)] = of_many_writers_of_one_path_one_wins,
        [nameof(a_listing_is_ordered_and_takes_any_prefix)] = a_listing_is_ordered_and_takes_any_prefix,
        [nameof(a_removed_object_is_gone_and_removing_it_again_is_fine)] = a_removed_object_is_gone_and_removing_it_again_is_fine,
        [nameof(any_range_of_a_large_object_reads_back)] = any_range_of_a_large_object_reads_back,
        [nameof(an_empty_object_is_an_object)] = an_empty_object_is_an_object,
        [nameof(a_tier_that_is_online_changes_no_answer)] = a_tier_that_is_online_changes_no_answer,
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static Task RunAsync(string name, IObjectStore store) => All[name](store);

    public static async Task<bool> PutAsync(IObjectStore store, string path, params byte[] content)
    {
        await using var writer = await store.CreateAsync(path, default);
        await writer.WriteAsync(content, default);
        return await writer.CommitAsync(default);
    }

    public static async Task<List<ObjectInfo>> ListAsync(IObjectStore store, string prefix)
    {
        var found = new List<ObjectInfo>();
        await foreach (var item in store.ListAsync(prefix, default))
            found.Add(item);
        return found;
    }

    private static async Task an_object_appears_whole_at_its_commit(IObjectStore store)
    {
        await using var writer = await store.CreateAsync("a/b/c", default);
        await writer.WriteAsync(new byte[] { 1, 2, 3 }, default);
        await Assert.ThrowsAsync<TemporalException>(() => store.ReadAsync("a/b/c", 0, new byte[1], default).AsTask());
        await writer.WriteAsync(new byte[] { 4 }, default);
        Assert.True(await writer.CommitAsync(default));
        var read = new byte[9];
        Assert.Equal(3, await store.ReadAsync("a/b/c", 1, read, default));
        Assert.Equal([2, 3, 4], read[..3]);
        Assert.Equal(0, await store.ReadAsync("a/b/c", 4, read, default));
        Assert.Equal(0, await store.ReadAsync("a/b/c", 400, read, default));
        Assert.Equal([new ObjectInfo("a/b/c", 4)], await ListAsync(store, ""));
    }

    private static async Task a_taken_path_is_not_written_again(IObjectStore store)
    {
        Assert.True(await PutAsync(store, "a", 1));
        Assert.False(await PutAsync(store, "a", 2));
        Assert.Equal([1], (await store.GetAsync("a", default))!.Content.ToArray());
    }

    private static async Task an_abandoned_object_leaves_nothing_behind(IObjectStore store)
    {
        await using (var writer = await store.CreateAsync("a", default))
            await writer.WriteAsync(new byte[5 << 20], default);
        Assert.Empty(await ListAsync(store, ""));
        Assert.Null(await store.GetAsync("a", default));
    }

    private static async Task a_replacement_needs_the_tag_that_stands(IObjectStore store)
    {
        Assert.Null(await store.GetAsync("m", default));
        Assert.Null(await store.PutIfMatchAsync("m", new byte[] { 1 }, "\"nothing\"", default));
        var first = await store.PutIfMatchAsync("m", new byte[] { 1 }, null, default);
        Assert.NotNull(first);
        Assert.Null(await store.PutIfMatchAsync("m", new byte[] { 2 }, null, default));
        var second = await store.PutIfMatchAsync("m", new byte[] { 2 }, first, default);
        Assert.NotNull(second);
        Assert.Null(await store.PutIfMatchAsync("m", new byte[] { 3 }, first, default));
        var stored = await store.GetAsync("m", default);
        Assert.Equal(second, stored!.Tag);
        Assert.Equal([2], stored.Content.ToArray());
    }

    private static async Task of_many_replacements_at_once_one_wins(IObjectStore store)
    {
        var tags = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => store.PutIfMatchAsync("m", new[] { (byte)i }, null, default).AsTask())));
        Assert.Single(tags, tag => tag is not null);
    }

    private static async Task of_many_writers_of_one_path_one_wins(IObjectStore store)
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => PutAsync(store, "o", [.. Enumerable.Repeat((byte)i, i % 2 == 0 ? 10 : (4 << 20) + 10)]))));
        var winner = Array.IndexOf(wins, true);
        Assert.Single(wins, won => won);
        var read = new byte[5 << 20];
        var count = await store.ReadAsync("o", 0, read, default);
        Assert.Equal(winner % 2 == 0 ? 10 : (4 << 20) + 10, count);
        Assert.True(read.AsSpan(0, count).IndexOfAnyExcept((byte)winner) < 0);
    }

    private static async Task a_listing_is_ordered_and_takes_any_prefix(IObjectStore store)
    {
        foreach (var path in new[] { "w/kv/b/0/manifest", "w/kv/a/0/segments/2", "w/kv/a/0/segments/1", "w/kv/a/01/x", "w2/x" })
            await PutAsync(store, path, 1);
        Assert.Equal(["w/kv/a/0/segments/1", "w/kv/a/0/segments/2"], (await ListAsync(store, "w/kv/a/0/")).Select(item => item.Path));
        Assert.Equal(["w/kv/a/0/segments/1", "w/kv/a/0/segments/2", "w/kv/a/01/x"], (await ListAsync(store, "w/kv/a/0")).Select(item => item.Path));
        Assert.Equal(5, (await ListAsync(store, "w")).Count);
        Assert.Empty(await ListAsync(store, "none/"));
    }

    private static async Task a_removed_object_is_gone_and_removing_it_again_is_fine(IObjectStore store)
    {
        await PutAsync(store, "a/b", 1);
        await store.ReadAsync("a/b", 0, new byte[1], default);
        await store.DeleteAsync("a/b", default);
        await store.DeleteAsync("a/b", default);
        await store.DeleteAsync("never/was", default);
        var exception = await Assert.ThrowsAsync<TemporalException>(() => store.ReadAsync("a/b", 0, new byte[1], default).AsTask());
        Assert.Equal((ErrorKind.NotFound, "object_not_found"), (exception.Kind, exception.Code));
    }

    private static async Task any_range_of_a_large_object_reads_back(IObjectStore store)
    {
        var random = new Random(7);
        var content = new byte[(9 << 20) + 123];
        random.NextBytes(content);
        await using (var writer = await store.CreateAsync("large", default))
        {
            for (var written = 0; written < content.Length;)
            {
                var step = Math.Min(random.Next(1, 3 << 20), content.Length - written);
                await writer.WriteAsync(content.AsMemory(written, step), default);
                written += step;
            }

            Assert.Equal(content.Length, writer.Length);
            Assert.True(await writer.CommitAsync(default));
        }

        for (var i = 0; i < 20; i++)
        {
            var offset = random.Next(content.Length);
            var read = new byte[random.Next(1, 2 << 20)];
            var expected = Math.Min(read.Length, content.Length - offset);
            Assert.Equal(expected, await store.ReadAsync("large", offset, read, default));
            Assert.True(content.AsSpan(offset, expected).SequenceEqual(read.AsSpan(0, expected)));
        }
    }

    private static async Task an_empty_object_is_an_object(IObjectStore store)
    {
        Assert.True(await PutAsync(store, "empty"));
        Assert.Equal([new ObjectInfo("empty", 0)], await ListAsync(store, "e"));
        Assert.Equal(0, await store.ReadAsync("empty", 0, new byte[4], default));
        Assert.Equal(0, (await store.GetAsync("empty", default))!.Content.Length);
    }

    private static async Task a_tier_that_is_online_changes_no_answer(IObjectStore store)
    {
        await PutAsync(store, "a", 1, 2, 3);
        foreach (var tier in new[] { StorageTier.Cold, StorageTier.Deep, StorageTier.Warm })
        {
            await store.SetTierAsync("a", tier, default);
            var read = new byte[3];
            Assert.Equal(3, await store.ReadAsync("a", 0, read, default));
            Assert.Equal([1, 2, 3], read);
        }

        await store.SetTierAsync("never/was", StorageTier.Cold, default);
    }
}
