using IscsiMount.Cli;

return await CommandLine.RunAsync(args);
