using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansTemporal.Http.Tests.Pages;

/// <summary>A headless browser with one page, told what to do over its DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Announcement = "DevTools listening on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string folder = Directory.CreateTempSubdirectory("ot-chromium-").FullName;
    private readonly ClientWebSocket socket = new();
    private readonly List<string> faults = [];
    private Process process = null!;
    private string? session;
    private int lastId;

    private Chromium()
    {
    }

    /// <summary>What the page's console and its security policy complained of.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Opens a page of a width, in a colour scheme.</summary>
    public static async Task<Chromium> OpenAsync(string url, int width = 1_000, bool isDark = false)
    {
        var browser = new Chromium();
        await browser.StartAsync();
        var target = await browser.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await browser.SendAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true });
        browser.session = attached.GetProperty("sessionId").GetString();
        await browser.SendAsync("Runtime.enable", []);
        await browser.SendAsync("Log.enable", []);
        await browser.SendAsync("Page.enable", []);
        await browser.SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await browser.SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
        });
        await browser.SendAsync("Page.navigate", new JsonObject { ["url"] = url });
        return browser;
    }

    /// <summary>What an expression comes to in the page, as JSON.</summary>
    public async Task<JsonElement> AskAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var fault), fault.ToString());
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until an expression holds in the page.</summary>
    public Task HoldsAsync(string expression) =>
        Eventually.HoldsAsync(expression, async () => (await AskAsync($"Boolean({expression})")).GetBoolean(), Patience);

    /// <summary>A picture of the page, or of the part of it that a selector finds.</summary>
    public async Task<byte[]> PictureAsync(string? selector = null)
    {
        var parameters = new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true };
        if (selector is not null)
        {
            var box = await AskAsync($"(() => {{ const b = document.querySelector('{selector}').getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height]; }})()");
            parameters["clip"] = new JsonObject { ["x"] = box[0].GetDouble(), ["y"] = box[1].GetDouble(), ["width"] = box[2].GetDouble(), ["height"] = box[3].GetDouble(), ["scale"] = 1 };
        }

        return (await SendAsync("Page.captureScreenshot", parameters)).GetProperty("data").GetBytesFromBase64();
    }

    /// <summary>Presses a key where the focus is.</summary>
    public async Task PressAsync(string key, int code)
    {
        await SendAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
        await SendAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser that is about to end still writes there; the folder is a temporary one.
        }
    }

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo(ChromiumFactAttribute.Browser!) { RedirectStandardError = true };
        foreach (var argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--remote-debugging-port=0", $"--user-data-dir={folder}" })
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                await socket.ConnectAsync(new Uri(line[Announcement.Length..]), patience.Token);
                return;
            }
        }

        throw new IOException("The browser ended before it listened.");
    }

    // One command at a time; what else comes meanwhile are events.
    private async Task<JsonElement> SendAsync(string method, JsonObject parameters)
    {
        using var patience = new CancellationTokenSource(Patience);
        var id = ++lastId;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            command["sessionId"] = session;
        }

        await socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        while (true)
        {
            var message = await ReceiveAsync(patience.Token);
            if (message.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
            {
                return message.TryGetProperty("result", out var result) ? result : throw new IOException($"{method}: {message}");
            }

            if (message.TryGetProperty("method", out var happened)
                && (happened.GetString() == "Runtime.exceptionThrown" || (happened.GetString() == "Log.entryAdded" && message.GetProperty("params").GetProperty("entry").GetProperty("level").GetString() == "error"))
                && !message.ToString().Contains("favicon", StringComparison.Ordinal))
            {
                faults.Add(message.GetProperty("params").ToString());
            }
        }
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        var (bytes, buffer) = (new MemoryStream(), new byte[64 << 10]);
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, cancellationToken);
            bytes.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }
}
