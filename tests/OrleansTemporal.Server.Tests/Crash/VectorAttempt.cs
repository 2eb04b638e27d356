using System.Globalization;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>One write of vectors that nobody else writes: its ids get the numbers from <see cref="First"/> on, or end.</summary>
internal sealed record VectorAttempt(string Collection, string[] Ids, int First, bool IsDelete, string Key)
{
    public const int Dimensions = 4;

    /// <summary>A vector that no other number has.</summary>
    public static string VectorOf(int number) => string.Create(CultureInfo.InvariantCulture, $"[{number % 4_096},{number / 4_096},1,2]");

    public async Task<Answer?> SendAsync(KvClient client) => IsDelete
        ? await client.TryDeleteAsync($"/vectors/{Collection}/{Ids[0]}", Key)
        : await client.TryPostAsync($"/vectors/{Collection}/batch", $$"""{"items":[{{string.Join(',', Ids.Select(Item))}}]}""", Key);

    private string Item(string id, int index) => $$"""{"id":"{{id}}","vector":{{VectorOf(First + index)}}}""";
}
