using System.CommandLine;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal serve</c>: the server, in this process.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create(TargetOptions target)
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Addresses to listen on, separated by semicolons.",
            HelpName = "http://host:port",
            DefaultValueFactory = _ => "http://127.0.0.1:5080",
        };
        var settings = new Argument<string[]>("settings")
        {
            Description = "Behind --: any setting of the server, such as --OrleansTemporal:JournalBytesMax 1073741824.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new ExampleCommand(
            Name,
            "Serve a data folder over REST until Ctrl-C.",
            "otemporal serve --data ./state",
            "otemporal serve --data ./state --urls http://127.0.0.1:5099 -- --Logging:LogLevel:Default=Warning",
            "otemporal serve -- --storage azure --OrleansTemporal:Storage:Azure:ServiceUri https://account.blob.core.windows.net")
        {
            urls, settings,
        };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(target.Url) is not null)
                throw Advice.Refuse("serve listens at --urls; --url names a server to ask.");
            List<string> arguments = [.. parsed.GetValue(settings) ?? [], "--urls", parsed.GetValue(urls)!];
            if (parsed.GetValue(target.Data) is { } folder)
                arguments.AddRange(["--OrleansTemporal:DataDirectory", folder]);
            return await ServerHost.RunAsync([.. arguments], AzureStorageKind.Kind) == 0 ? ExitCodes.Ok : ExitCodes.Unavailable;
        });
        return command;
    }
}
